import RotationModel
import SwiftASN1

/// A SubjectPublicKeyInfo (RFC 5280, 4.1.2.7), kept byte for byte.
///
/// RSA (RFC 4055's id-RSASSA-PSS too), EC on a named curve, DSA and Ed25519 are understood; any other algorithm is kept as
/// ``RotationModel/KeyAlgorithm/other(_:)`` with what it says of itself.
package struct PublicKeyInfo: Hashable, Sendable {
    package let der: [UInt8]
    package let algorithm: KeyAlgorithm
    /// The SHA-256 of ``der``. An RSA key that is written in another way than as rsaEncryption with NULL (RFC 4055, 1.2) has the fingerprint
    /// of that.
    package let fingerprint: KeyFingerprint
    /// What the key is, however it is written: a key that is old or was revoked stays known by it.
    package let identity: KeyIdentity
    /// Why the key must not be used, in words; nil where no weakness is known.
    ///
    /// It is looked for each time that it is asked for, and takes some milliseconds of an RSA key that was not met before.
    package var weakness: String? { KeyWeakness.find(in: reading) ?? defect }
    /// The modulus of an RSA key, big-endian without leading zeros, however the key is written; nil of any other key.
    package var rsaModulus: [UInt8]? {
        if case .rsa(let modulus) = reading.essence { Array(modulus) } else { nil }
    }

    /// What of its writing is not as its algorithm wants it; nil where nothing is.
    let irregularity: String?

    var material: KeyMaterial { reading.material }
    private let reading: KeyReading
    /// What is weak about how it is written.
    private let defect: String?
    /// Where the content of the subjectPublicKey BIT STRING starts in ``der``; it goes on to the end.
    let bitsStart: Int

    /// Whether a key must be written as its algorithm wants it.
    enum Strictness {
        /// For new keys. Whether an EC point lies on its curve is left to ``ProofOfPossession``.
        case strict
        /// For certificates that are in use: what is wrong is a weakness, so that the certificate is found and replaced.
        case lenient
    }

    /// - Throws: ``RotationError/Code/badInput`` where the bytes are no SubjectPublicKeyInfo, or the key inside is not written
    ///   as its algorithm wants it.
    package init(der: [UInt8]) throws(RotationError) {
        let node = try DERReader.parse(der, what: "public key", largest: 64 * 1024)
        try self.init(node: node, der: der, .strict)
    }

    init(node: ASN1Node, _ strictness: Strictness) throws(RotationError) {
        try self.init(node: node, der: Array(node.encodedBytes), strictness)
    }

    private init(node: ASN1Node, der: [UInt8], _ strictness: Strictness) throws(RotationError) {
        var parts = try node.children("public key")
        var identifier = try parts.next("public key's algorithm").children("public key's algorithm")
        let type = try identifier.next("public key's algorithm").objectIdentifier("public key's algorithm")
        let parameters = identifier.nextIfAny()
        try identifier.end("public key's algorithm")
        let bits = try parts.next("public key's bits").wholeBits("public key's bits")
        try parts.end("public key")

        let reading = KeyReading(type: type, parameters: parameters, bits: bits, der: der)
        if strictness == .strict, let irregularity = reading.irregularity { throw irregularity }
        self.der = der
        algorithm = reading.algorithm
        self.reading = reading
        irregularity = reading.irregularity?.message
        identity = reading.essence.identity
        let isOffCurve = strictness == .lenient && PublicKeyInfo.isOffCurve(reading.material)
        defect = irregularity ?? (isOffCurve ? "its point does not lie on its curve" : nil)
        bitsStart = der.count - bits.count
        let isOddRSA = type == .rsassaPSS || (type == .rsaEncryption && parameters == nil)
        fingerprint = KeyFingerprint(SHA256.digest(isOddRSA ? PublicKeyInfo.plainRSA(bits) : der))
    }

    private static func isOffCurve(_ material: KeyMaterial) -> Bool {
        guard case .ec(let curve, let point) = material else { return false }
        return KnownCurve.named(curve.objectIdentifier.content)?.contains(point) == false
    }

    private static func plainRSA(_ bits: ArraySlice<UInt8>) -> [UInt8] {
        DEREncoder.sequence(
            DEREncoder.sequence(DEREncoder.objectIdentifier(.rsaEncryption), DEREncoder.null),
            DEREncoder.bitString(Array(bits)))
    }

    /// An EC key from an uncompressed point, past OpenSSL's encoder.
    init(curve: NamedCurve, point: [UInt8]) {
        der = curve.keyHeader + point
        algorithm = curve.algorithm
        let essence = KeyEssence.ec(
            curve: curve.objectIdentifier.content, x: point[1...].prefix(curve.coordinateSize))
        reading = KeyReading(curve.algorithm, .ec(curve, point: point[...]), essence)
        identity = essence.identity
        (irregularity, defect) = (nil, nil)
        bitsStart = der.count - point.count
        fingerprint = KeyFingerprint(SHA256.digest(der))
    }

    /// One that cannot be read: its bytes are kept, and nothing is computed with it. It counts as weak, since no program can be relied on to
    /// take it.
    init(unreadable node: ASN1Node, why: String) {
        der = Array(node.encodedBytes)
        algorithm = PublicKeyInfo.unreadable
        reading = KeyReading(PublicKeyInfo.unreadable, .opaque, .unknown(der: der))
        identity = reading.essence.identity
        irregularity = why
        defect = "it cannot be read: \(why)"
        bitsStart = der.count
        fingerprint = KeyFingerprint(SHA256.digest(der))
    }

    /// The name of a key that cannot be read.
    static let unreadable = KeyAlgorithm.other("unreadable")

    /// Both names of the key.
    package var reference: KeyReference { KeyReference(identity: identity, fingerprint: fingerprint) }

    /// The content of the subjectPublicKey BIT STRING.
    var bits: ArraySlice<UInt8> { der[bitsStart...] }

    /// SHA-1 over the key's bits, as RFC 5280 (4.2.1.2, method 1) makes a SubjectKeyIdentifier.
    func keyIdentifier() throws(RotationError) -> [UInt8] {
        try HashAlgorithm.sha1.digest(bits)
    }

    /// Whether the key is written as id-RSASSA-PSS: one that signs, and is for no other KeyUsage (RFC 4055, 1.2).
    package var isForPSSAlone: Bool {
        if case .rsa(_, _, .pss) = material { return true }
        return false
    }

    package static func == (left: PublicKeyInfo, right: PublicKeyInfo) -> Bool { left.der == right.der }
    package func hash(into hasher: inout Hasher) { hasher.combine(fingerprint) }
}
