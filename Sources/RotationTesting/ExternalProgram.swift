import Foundation
import RotationModel
import System

/// Other programs, run to their end: what they can judge, they judge.
package enum ExternalProgram {
    /// How a program ended and what it printed.
    package struct Outcome: Sendable {
        /// The exit status; 128 and the signal's number, as shells say it, where one ended it.
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
        guard let program = command.first else { throw RotationError(.io, "no program is named") }
        // Not Foundation's `Process`: it watches its children with select(2), which a test process with more than a
        // thousand open sockets, as the gate's have, cannot stand.
        let child = try ChildProcess(
            program, Array(command.dropFirst()), in: folder, input: .pipe, environment: environment)
        var (output, errors, rest) = ([UInt8](), [UInt8](), input[...])
        if rest.isEmpty { child.input?.close() }
        // Whichever has something: a full pipe would stop a program while another one is waited for.
        while child.output.isOpen || child.errors.isOpen {
            let writing = rest.isEmpty ? [] : [child.input].compactMap { $0 }
            let ready = ReadyDescriptors.wait(reading: [child.output, child.errors], writing: writing)
            if ready.reading.contains(0) { read(child.output, into: &output) }
            if ready.reading.contains(1) { read(child.errors, into: &errors) }
            if !ready.writing.isEmpty { write(&rest, to: writing[0]) }
        }
        let status =
            switch child.waitForEnd() {
            case .exited(let status): status
            case .killed(let signal): 128 + signal
            }
        return Outcome(status: status, output: output, errors: String(decoding: errors, as: UTF8.self))
    }

    private static func read(_ end: Descriptor, into bytes: inout [UInt8]) {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        switch end.read(into: &buffer) {
        case .bytes(let count): bytes += buffer[..<count]
        case .later: break
        case .end: end.close()
        }
    }

    private static func write(_ rest: inout ArraySlice<UInt8>, to end: Descriptor) {
        switch end.write(rest) {
        case .bytes(let count): rest = rest.dropFirst(count)
        case .later: break
        case .end: rest = []
        }
        if rest.isEmpty { end.close() }
    }

    /// Whether a program is to be found in `PATH`.
    package static func exists(_ name: String) -> Bool {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        return folders.contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(name)") }
    }
}
