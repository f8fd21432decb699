import ArgumentParser
import Job
import Logging
import Reports
import RotationModel
import System

enum LogFormat: String, ExpressibleByArgument, CaseIterable {
    case text
    case json
}

extension Logger.Level: @retroactive ExpressibleByArgument {}

/// What every command takes.
struct GlobalOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The workspace's configuration.",
            discussion: "Default: ./rotation.yaml, else /etc/rotation-job/rotation.yaml.",
            valueName: "file"), completion: .file(extensions: ["yaml", "yml"]))
    var config: String?

    @Option(name: .customLong("log-level"), help: "The least that is logged, to standard error.")
    var logLevel: Logger.Level = .info

    @Option(name: .customLong("log-format"), help: "How log lines are written.")
    var logFormat: LogFormat = .text

    @Flag(help: "No progress, and no log lines below warnings.")
    var quiet = false

    @Flag(name: .customLong("no-color"), help: "No colours (the environment variable NO_COLOR does the same).")
    var noColor = false

    var style: Style { Style(isColoured: !noColor && Console.wantsColour(.output)) }

    func workspace() throws -> Workspace { try Workspace(configuredBy: config) }

    /// Advice with commands, which have to be given the same configuration where one was named.
    func naming(_ advice: String) -> String {
        config.map { "\(advice) (each with --config \($0))" } ?? advice
    }

    /// Lets the commands that a guard's error advises name the configuration that this call was given.
    func namingCommands<Result>(_ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch let error as RotationError where error.code == .guarded {
            guard let config else { throw error }
            let quoted =
                config.allSatisfy { $0.isLetter || $0.isNumber || "/._-+".contains($0) }
                ? config : "'" + config.replacing("'", with: "'\\''") + "'"
            throw RotationError(
                error.code, error.message, at: error.place,
                advice: error.advice.replacing("`rotation-job ", with: "`rotation-job --config \(quoted) "))
        }
    }

    func logger() -> Logger {
        var logger = Logger(label: "rotation-job") { [logFormat] _ in StandardErrorLog(format: logFormat) }
        logger.logLevel = quiet ? max(logLevel, .warning) : logLevel
        return logger
    }

    func progress() -> Progress { Progress(logger: logger(), isQuiet: quiet) }
}

/// A time on the command line.
struct TimeArgument: ExpressibleByArgument {
    let timestamp: Timestamp

    init?(argument: String) {
        guard let timestamp = Timestamp(rfc3339: argument) else { return nil }
        self.timestamp = timestamp
    }
}

/// A length of time on the command line.
struct SpanArgument: ExpressibleByArgument {
    let span: TimeSpan

    var defaultValueDescription: String { span.description }

    init(span: TimeSpan) { self.span = span }

    init?(argument: String) {
        guard let span = TimeSpan(argument) else { return nil }
        self.span = span
    }
}

/// `--at`
struct AtOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Judge dates as of this time (RFC 3339, as in 2026-12-01T00:00:00Z); default: now.", valueName: "time"))
    var at: TimeArgument?

    var timestamp: Timestamp { at?.timestamp ?? SystemClock().now() }
}
