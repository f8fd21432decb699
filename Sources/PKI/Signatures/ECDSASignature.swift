import RotationModel

/// ECDSA signatures in their two forms: DER's SEQUENCE of r and s, and JOSE's r and s side by side (RFC 7518, 3.4).
enum ECDSASignature {
    /// - Parameter size: Bytes of each half.
    /// - Returns: Nil where the DER is none, or a number does not fit.
    static func joined(fromDER der: [UInt8], size: Int) -> [UInt8]? {
        guard let node = try? DERReader.parse(der[...], what: "signature"),
            var numbers = try? node.children("signature"),
            let r = try? numbers.next("r").positive("r"), let s = try? numbers.next("s").positive("s"),
            numbers.upcoming == nil, r.count <= size, s.count <= size
        else { return nil }
        var joined = [UInt8](repeating: 0, count: size - r.count)
        joined.reserveCapacity(2 * size)
        joined += r
        joined += [UInt8](repeating: 0, count: size - s.count)
        joined += s
        return joined
    }

    /// - Returns: Nil where the length is not twice the size.
    static func der(fromJoined joined: [UInt8], size: Int) -> [UInt8]? {
        guard joined.count == 2 * size else { return nil }
        return DEREncoder.sequence(
            DEREncoder.positiveInteger(joined[..<size]), DEREncoder.positiveInteger(joined[size...]))
    }
}
