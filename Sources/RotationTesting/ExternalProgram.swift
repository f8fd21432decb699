import Foundation
import RotationModel

/// Other programs, run to their end: what they can judge, they judge.
package enum ExternalProgram {
    /// How a program ended and what it printed.
    package struct Outcome: Sendable {
        package let status: Int32
        package let output: [UInt8]
        package let errors: String

        package var text: String { String(decoding: output, as: UTF8.self) }
    }

    /// - Parameters:
    ///   - command: The program, looked up in `PATH` unless it has a slash, and its arguments.
    ///   - environment: Added to this process's own.
    /// - Throws: ``RotationModel/RotationError/Code/io`` where it cannot be started.
    package static func run(
        _ command: [String], in folder: String? = nil, input: [UInt8] = [], environment: [String: String] = [:]
    ) throws(RotationError) -> Outcome {
        let process = Process()
        let isPath = command.first?.contains("/") ?? false
        process.executableURL = URL(fileURLWithPath: isPath ? command[0] : "/usr/bin/env")
        process.arguments = isPath ? Array(command.dropFirst()) : command
        if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        do {
            // Files rather than pipes: a full pipe would stop a program whose other one is being read.
            let files = try TemporaryFolder()
            for name in ["input", "output", "errors"] { try files.write(name, name == "input" ? input : []) }
            let standardInput = try FileHandle(forReadingFrom: URL(fileURLWithPath: files["input"]))
            let output = try FileHandle(forWritingTo: URL(fileURLWithPath: files["output"]))
            let errors = try FileHandle(forWritingTo: URL(fileURLWithPath: files["errors"]))
            process.standardInput = standardInput
            process.standardOutput = output
            process.standardError = errors
            try process.run()
            process.waitUntilExit()
            for handle in [standardInput, output, errors] { try handle.close() }
            return Outcome(
                status: process.terminationStatus, output: try files.read("output"),
                errors: String(decoding: try files.read("errors"), as: UTF8.self))
        } catch {
            throw RotationError(.io, "\(command.first ?? "nothing") cannot be run: \(error)")
        }
    }

    /// Whether a program is to be found in `PATH`.
    package static func exists(_ name: String) -> Bool {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        return folders.contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(name)") }
    }
}
