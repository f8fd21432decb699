import ArgumentParser
import Job
import RotationModel
import System

@main
enum Main {
    static func main() async {
        ThisProcess.occupyClosedStreams()
        ThisProcess.reportsInsteadOfDying()
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
            ThisProcess.exit(0)
        case let mistakes as PolicyMistakes:
            Console.printDiagnostics(mistakes.diagnostics)
            ThisProcess.exit(ExitStatus.badInput)
        case let error as ConfigurationError:
            Console.printDiagnostics(error.diagnostics)
            Console.printError(error.failure)
            ThisProcess.exit(ExitStatus.of(error.failure))
        case let error as RotationError:
            Console.printError(error)
            ThisProcess.exit(ExitStatus.of(error))
        default:
            RotationJob.exit(withError: error)
        }
    }
}
