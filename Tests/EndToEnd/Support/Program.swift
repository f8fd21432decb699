import Foundation
import Testing

/// What a finished process left.
struct Output: Sendable {
    /// The exit status; meaningless where ``signal`` is set.
    let status: Int32
    /// The signal that ended the process, or nil where it exited.
    let signal: Int32?
    let stdoutBytes: Data
    let stderrBytes: Data

    var stdout: String { String(decoding: stdoutBytes, as: UTF8.self) }
    var stderr: String { String(decoding: stderrBytes, as: UTF8.self) }

    /// For a failed expectation: everything that a reader needs to see why.
    var story: Comment {
        "exit \(status)\(signal.map { ", signal \($0)" } ?? "")\n\(stdout.suffix(2000))\n\(stderr.suffix(2000))"
    }
}

/// A process that was started and not yet waited for.
final class Running: Sendable {
    private let process: Process
    private let ended: Task<Output, Never>

    init(_ process: Process, _ ended: Task<Output, Never>) {
        self.process = process
        self.ended = ended
    }

    func send(_ signal: Int32) { kill(process.processIdentifier, signal) }
    var isRunning: Bool { process.isRunning }
    func output() async -> Output { await ended.value }
}

/// Runs other programs, with their output in files: a pipe that nobody reads would stop them.
enum Program {
    /// The built `rotation-job`: named by ROTATION_JOB, or beside this test bundle, or in the package's debug build.
    static let rotationJob = built("rotation-job", namedBy: "ROTATION_JOB")
    /// The same of the gate, by ROTATION_GATE.
    static let rotationGate = built("rotation-gate", namedBy: "ROTATION_GATE")

    private static func built(_ name: String, namedBy variable: String) -> String {
        let named = ProcessInfo.processInfo.environment[variable]
        let bundle = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let beside = bundle.map { ($0 as NSString).deletingLastPathComponent + "/" + name }
        let candidates = [named, beside, Package.root + "/.build/debug/" + name].compactMap { $0 }
        return candidates.first(where: FileManager.default.isExecutableFile(atPath:))
            ?? candidates[candidates.count - 1]
    }

    /// Debian's Python has `cryptography` from its package; another one in PATH may not.
    static let python: String =
        ProcessInfo.processInfo.environment["PYTHON"]
        ?? (FileManager.default.isExecutableFile(atPath: "/usr/bin/python3")
            ? "/usr/bin/python3" : "/usr/local/bin/python3")

    /// That of the virtual environment that `make setup-test` makes: it has what Debian has no package for.
    static let testPython: String =
        ProcessInfo.processInfo.environment["TEST_PYTHON"] ?? Package.root + "/.venv-test/bin/python3"

    /// Starts a program and does not wait.
    static func start(
        _ executable: String, _ arguments: [String], in folder: String = "/", environment: [String: String] = [:],
        input: Data? = nil
    ) throws -> Running {
        let scratch = try TemporaryDirectory()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: executable)
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        var variables = ProcessInfo.processInfo.environment
        // Neither a service manager's nor an outer make's settings may reach what is tested.
        for name in ["CREDENTIALS_DIRECTORY", "MAKEFLAGS", "MAKELEVEL"] { variables[name] = nil }
        variables.merge(environment) { $1 }
        process.environment = variables
        try (input ?? Data()).write(to: URL(fileURLWithPath: scratch / "in"))
        for name in ["out", "err"] { try Data().write(to: URL(fileURLWithPath: scratch / name)) }
        let input = try FileHandle(forReadingFrom: URL(fileURLWithPath: scratch / "in"))
        let output = try FileHandle(forWritingTo: URL(fileURLWithPath: scratch / "out"))
        let errors = try FileHandle(forWritingTo: URL(fileURLWithPath: scratch / "err"))
        (process.standardInput, process.standardOutput, process.standardError) = (input, output, errors)

        let (ends, end) = AsyncStream.makeStream(of: Output.self)
        process.terminationHandler = { ended in
            let signaled = ended.terminationReason == .uncaughtSignal
            end.yield(
                Output(
                    status: ended.terminationStatus, signal: signaled ? ended.terminationStatus : nil,
                    stdoutBytes: FileManager.default.contents(atPath: scratch / "out") ?? Data(),
                    stderrBytes: FileManager.default.contents(atPath: scratch / "err") ?? Data()))
            end.finish()
            // The process keeps this closure, and so the folder's owner, for as long as the tests run.
            scratch.remove()
        }
        try process.run()
        // The process has its own copies. Hundreds of programs run here: nobody else would close these.
        for handle in [input, output, errors] { try handle.close() }
        let ending = Task {
            for await output in ends { return output }
            return Output(status: -1, signal: nil, stdoutBytes: Data(), stderrBytes: Data())
        }
        return Running(process, ending)
    }

    /// Runs a program to its end. Only a few at a time: the tests of this target run side by side.
    static func run(
        _ executable: String, _ arguments: [String], in folder: String = "/", environment: [String: String] = [:],
        input: Data? = nil
    ) async throws -> Output {
        await Turnstile.shared.enter()
        do {
            let output = try await start(executable, arguments, in: folder, environment: environment, input: input)
                .output()
            await Turnstile.shared.leave()
            return output
        } catch {
            await Turnstile.shared.leave()
            throw error
        }
    }

    static func shell(_ script: String, _ arguments: [String] = [], in folder: String = "/") async throws -> Output {
        try await run("/bin/sh", ["-c", script, "sh"] + arguments, in: folder)
    }

    /// Whether a command is in PATH.
    static func exists(_ command: String) async throws -> Bool {
        try await shell("command -v \"$1\"", [command]).status == 0
    }
}

/// Lets a few processes run at a time.
private actor Turnstile {
    static let shared = Turnstile()
    private var free = max(2, ProcessInfo.processInfo.activeProcessorCount)
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func enter() async {
        if free > 0 {
            free -= 1
        } else {
            await withCheckedContinuation { waiting.append($0) }
        }
    }

    func leave() {
        if waiting.isEmpty {
            free += 1
        } else {
            waiting.removeFirst().resume()
        }
    }
}
