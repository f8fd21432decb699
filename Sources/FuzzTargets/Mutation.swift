import RotationTesting

/// Changes inputs as a fuzzer does that knows nothing of their format: flips, cuts, copies, joins.
package struct Mutation {
    /// Bytes at which parsers decide something.
    private static let telling =
        Array("\"',.:;{}[]()=-+%\\/<>@#&*!|?~\n\r\t \u{0}".utf8) + [0x30, 0x31, 0x7F, 0x80, 0xFF, 0xFE]

    private var random: SeededGenerator

    package init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    /// One of the inputs, with one to four changes.
    package mutating func next(of inputs: [[UInt8]]) -> [UInt8] {
        guard var bytes = inputs.randomElement(using: &random) else { return [] }
        for _ in 0..<Int.random(in: 1...4, using: &random) { change(&bytes, inputs) }
        return Array(bytes.prefix(FuzzTarget.largestInput))
    }

    private mutating func change(_ bytes: inout [UInt8], _ inputs: [[UInt8]]) {
        let at = Int.random(in: 0...bytes.count, using: &random)
        let length = Int.random(in: 0...min(32, bytes.count - at), using: &random)
        switch Int.random(in: 0..<8, using: &random) {
        case 0 where at < bytes.count: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 1 where at < bytes.count: bytes[at] = UInt8.random(in: 0...255, using: &random)
        case 2: bytes.insert(Mutation.telling.randomElement(using: &random) ?? 0, at: at)
        case 3: bytes.removeSubrange(at..<at + length)
        case 4: bytes.insert(contentsOf: bytes[at..<at + length], at: at)
        case 5: bytes.removeSubrange(at...)
        case 6:
            let other = inputs.randomElement(using: &random) ?? []
            bytes.replaceSubrange(at..., with: other.dropFirst(Int.random(in: 0...other.count, using: &random)))
        default:
            bytes.insert(contentsOf: repeatElement(UInt8.random(in: 0...255, using: &random), count: length), at: at)
        }
    }
}
