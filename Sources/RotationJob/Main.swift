import ArgumentParser
import Rotation
import RotationModel

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

@main
enum Main {
    static func main() async {
        // A reader that goes away, or a file that may not grow, is an error to report; not a reason to die in the middle of a batch.
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
        do {
            var command = try RotationJob.parseAsRoot(
                LeadingOptions.moved(Array(CommandLine.arguments.dropFirst()), to: RotationJob.self))
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            Main.exit(with: error)
        }
    }

    private static func exit(with error: any Error) -> Never {
        switch error {
        case is BrokenPipe:
            Glibc.exit(0)
        case let mistakes as PolicyMistakes:
            Console.printDiagnostics(mistakes.diagnostics)
            Glibc.exit(ExitStatus.badInput)
        case let error as ConfigurationError:
            Console.printDiagnostics(error.diagnostics)
            Console.printError(error.failure)
            Glibc.exit(ExitStatus.of(error.failure))
        case let error as RotationError:
            Console.printError(error)
            Glibc.exit(ExitStatus.of(error))
        default:
            RotationJob.exit(withError: error)
        }
    }
}
