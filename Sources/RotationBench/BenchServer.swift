import Foundation
import RotationModel
import RotationTesting

/// A server that was started, and what it costs. It ends with its owner.
final class BenchServer {
    let name: String
    let port: Int
    private let process = Process()

    /// - Throws: Where it does not listen within ten seconds.
    init(_ name: String, _ command: [String], port: Int) throws {
        (self.name, self.port) = (name, port)
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = command
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        for _ in 0..<100 {
            let asked = try ExternalProgram.run(["curl", "-sk", "-o", "/dev/null", "https://127.0.0.1:\(port)/"])
            if asked.status == 0 { return }
            usleep(100_000)
        }
        throw RotationError(.io, "\(name) does not listen", advice: "run it by hand: \(command.joined(separator: " "))")
    }

    deinit {
        process.terminate()
        process.waitUntilExit()
    }

    /// What it and the processes that it started took of all cores (proc(5)).
    func processorSeconds() throws -> Double { try sum(BenchServer.processorSeconds(of:)) }

    /// The memory that they have, in bytes.
    func memory() throws -> Double { try sum(BenchServer.memory(of:)) }

    private func sum(_ measure: (String) throws -> Double) throws -> Double {
        let id = process.processIdentifier
        let children = try String(contentsOfFile: "/proc/\(id)/task/\(id)/children", encoding: .utf8)
        return try ([String(id)] + children.split(separator: " ").map(String.init)).reduce(0) { try $0 + measure($1) }
    }

    private static func memory(of process: String) throws -> Double {
        let text = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
        guard let kilobytes = text.firstMatch(of: /VmRSS:\s+(\d+) kB/).flatMap({ Double($0.1) }) else {
            throw RotationError(.io, "/proc/\(process)/status cannot be read")
        }
        return kilobytes * 1024
    }

    private static func processorSeconds(of process: String) throws -> Double {
        let text = try String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
        // Behind the name in brackets: state is the third field, utime and stime are the 14th and 15th.
        let fields = text.drop { $0 != ")" }.split(separator: " ").dropFirst()
        let ticks = fields.dropFirst(11).prefix(2).compactMap { Double($0) }
        guard ticks.count == 2 else { throw RotationError(.io, "/proc/\(process)/stat cannot be read") }
        return ticks.reduce(0, +) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }
}
