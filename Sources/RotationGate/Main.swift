import ArgumentParser
import Job
import RotationModel
import System

@main
enum Main {
    static func main() async {
        ThisProcess.reportsInsteadOfDying()
        do {
            let command = try RotationGate.parseAsRoot()
            if let command = command as? RotationGate {
                try await command.run()
            } else {
                // Help.
                var command = command
                try command.run()
            }
        } catch {
            exit(with: error)
        }
    }

    private static func exit(with error: any Error) -> Never {
        switch error {
        case let error as ConfigurationError:
            StandardErrorText.print(error.diagnostics)
            StandardErrorText.print(error.failure)
            ThisProcess.exit(error.failure.code.exitStatus)
        case let error as RotationError:
            StandardErrorText.print(error)
            ThisProcess.exit(error.code.exitStatus)
        default: RotationGate.exit(withError: error)
        }
    }
}
