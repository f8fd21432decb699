import Foundation
import FuzzTargets

/// Reads kept inputs, and changes of them. It sees nothing of what the parser does with them, and needs no toolchain that can.
struct SeededDriver {
    let seed: UInt64
    /// Whatever kills the process while an input is read leaves that input behind.
    let current: URL
    private(set) var tried = 0
    private(set) var accepted = 0

    private let reader: any FuzzedReader
    private let kept: [[UInt8]]

    init(_ target: FuzzTarget, folder: String, seed: UInt64) throws {
        self.seed = seed
        current = URL(fileURLWithPath: "fuzz-\(target.rawValue)-input")
        reader = try target.makeReader()
        kept = try FileManager.default
            .contentsOfDirectory(at: URL(fileURLWithPath: folder), includingPropertiesForKeys: nil)
            .sorted { $0.path < $1.path }.map { Array(try Data(contentsOf: $0)) }
    }

    mutating func run(for duration: Duration) throws {
        var mutation = Mutation(seed: seed)
        for bytes in kept { try attempt(bytes) }
        let end = ContinuousClock.now + duration
        while ContinuousClock.now < end { try attempt(mutation.next(of: kept)) }
        try FileManager.default.removeItem(at: current)
    }

    private mutating func attempt(_ bytes: [UInt8]) throws {
        try Data(bytes).write(to: current)
        if try reader.read(bytes) == .accepted { accepted += 1 }
        tried += 1
    }
}
