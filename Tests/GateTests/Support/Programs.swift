import Foundation
import RotationModel
import RotationTesting

/// Other programs, waited for by a thread of its own: the server under test needs those that tests run on.
enum Programs {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().path

    /// The Python of the virtual environment that `make setup-test` makes.
    static let python =
        ProcessInfo.processInfo.environment["TEST_PYTHON"] ?? folder + "/../../.venv-test/bin/python3"

    static func run(
        _ command: [String], input: [UInt8] = [], environment: [String: String] = [:]
    ) async throws -> ExternalProgram.Outcome {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(
                    with: Result { try ExternalProgram.run(command, input: input, environment: environment) })
            }
        }
    }

    static func judge(_ name: String, _ arguments: [String] = [], input: [UInt8]) async throws
        -> ExternalProgram.Outcome
    {
        try await run([python, "-B", "\(folder)/Judges/\(name)"] + arguments, input: input)
    }
}

/// Waits until something holds, for as long as a loaded machine may take.
func eventually(_ condition: () async throws -> Bool) async throws -> Bool {
    for _ in 0..<6000 {
        if try await condition() { return true }
        try await Task.sleep(for: .milliseconds(10))
    }
    return false
}
