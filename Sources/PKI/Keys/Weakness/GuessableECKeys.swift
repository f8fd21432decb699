import Synchronization

/// EC private keys that anybody tries first: 1, 2 and so on, and as many from the group's order down, whose points have the same x.
enum GuessableECKeys {
    /// How many from each end.
    static let count = 256

    private static let known = Mutex<[[UInt8]: [[UInt8]: Int]]>([:])

    /// - Parameters:
    ///   - curve: The content of the curve's object identifier.
    ///   - x: Of the public key, big-endian, as long as the curve's field.
    static func weakness(ofCurve curve: [UInt8], x: ArraySlice<UInt8>) -> String? {
        guard let number = multiples(curve)[Array(x)] else { return nil }
        return "its private key is \(number), or the curve's order less \(number), which anybody can guess"
    }

    /// The private key by its point's x; empty for curves that OpenSSL does not know.
    private static func multiples(_ curve: [UInt8]) -> [[UInt8]: Int] {
        known.withLock { known in
            if let multiples = known[curve] { return multiples }
            guard let group = KnownCurve.named(curve) else { return [:] }
            let multiples = Dictionary(
                group.multiplesOfGenerator(count: count).enumerated().map { ($0.element, $0.offset + 1) },
                uniquingKeysWith: { first, _ in first })
            known[curve] = multiples
            return multiples
        }
    }
}
