import PKI

/// PEM (RFC 7468).
struct PEMTarget: FuzzedReader {
    func read(_ bytes: [UInt8]) throws -> FuzzTarget.Outcome {
        guard let blocks = try accepted({ try PEM.blocks(in: bytes) }) else { return .refused }
        let written = blocks.flatMap { PEM.encode($0.label, $0.der) }
        try require(
            try PEM.blocks(in: written) == blocks, "blocks are other ones when they were written and read again")
        return blocks.isEmpty ? .refused : .accepted
    }
}
