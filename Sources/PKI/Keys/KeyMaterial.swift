import RotationModel
import SwiftASN1

/// What an RSA key may be used for, by the algorithm in its SubjectPublicKeyInfo (RFC 4055, 1.2).
enum RSAKeyUse: Hashable, Sendable {
    /// rsaEncryption: PKCS#1 v1.5 and PSS.
    case any
    /// id-RSASSA-PSS. Where it has parameters, signatures must have the same, and salts at least as long (3.3).
    case pss(restriction: PSSParameters?)

    func allows(_ pss: PSSParameters?) -> Bool {
        switch self {
        case .any: true
        case .pss(let restriction): pss.map { restriction?.allows($0) ?? true } ?? false
        }
    }
}

/// The numbers of a public key, as far as anything here computes with them.
enum KeyMaterial: Hashable, Sendable {
    /// Big-endian, no leading zeros.
    case rsa(modulus: ArraySlice<UInt8>, exponent: ArraySlice<UInt8>, RSAKeyUse)
    /// SEC 1's octet string of the point, compressed or not.
    case ec(NamedCurve, point: ArraySlice<UInt8>)
    /// Anything that is only kept.
    case opaque

    /// What a DSA key is called that leaves its parameters to its issuer's.
    static let dsaWithoutParameters = "dsa"

    static func read(
        type: ArraySlice<UInt8>, parameters: ASN1Node?, bits: ArraySlice<UInt8>
    ) throws(RotationError) -> (algorithm: KeyAlgorithm, material: KeyMaterial) {
        if type == .ecPublicKey { return try readEC(parameters, bits) }
        if type == .rsaEncryption {
            guard parameters?.isNull ?? true else { throw malformed("RSA key's parameters are not NULL") }
            return try readRSA(bits, .any)
        }
        if type == .rsassaPSS {
            let restriction = try parameters.map { node throws(RotationError) in try PSSParameters(node: node) }
            return try readRSA(bits, .pss(restriction: restriction))
        }
        if type == .dsa { return try readDSA(parameters, bits) }
        if type == .ed25519 {
            guard parameters == nil, bits.count == 32 else {
                throw malformed("Ed25519 key is not 32 bytes without parameters")
            }
            return (.ed25519, .opaque)
        }
        return (.other(ObjectIdentifier.dotted(type)), .opaque)
    }

    private static func malformed(_ problem: String) -> RotationError { RotationError(.badInput, "the \(problem)") }

    private static func readRSA(
        _ bits: ArraySlice<UInt8>, _ use: RSAKeyUse
    ) throws(RotationError) -> (KeyAlgorithm, KeyMaterial) {
        var numbers = try DERReader.parse(bits, what: "RSA key").children("RSA key")
        let modulus = try numbers.next("RSA modulus").positive("RSA modulus")
        let exponent = try numbers.next("RSA exponent").positive("RSA exponent")
        try numbers.end("RSA key")
        return (.rsa(bits: bitLength(modulus)), .rsa(modulus: modulus, exponent: exponent, use))
    }

    private static func readEC(
        _ parameters: ASN1Node?, _ bits: ArraySlice<UInt8>
    ) throws(RotationError) -> (KeyAlgorithm, KeyMaterial) {
        guard let parameters else { throw malformed("EC key names no curve") }
        guard parameters.identifier == .objectIdentifier else {
            throw RotationError(
                .badInput, "the EC key spells its curve out instead of naming it",
                advice: "RFC 5480 allows named curves only")
        }
        let identifier = try parameters.objectIdentifier("EC key's curve")
        guard let curve = NamedCurve(objectIdentifier: identifier) else {
            return (.other(ObjectIdentifier.dotted(identifier)), .opaque)
        }
        let size = curve.coordinateSize
        switch bits.first {
        case 0x04 where bits.count == 1 + 2 * size, 0x02 where bits.count == 1 + size,
            0x03 where bits.count == 1 + size:
            return (curve.algorithm, .ec(curve, point: bits))
        default: throw malformed("EC key is no point of \(curve.name)")
        }
    }

    private static func readDSA(
        _ parameters: ASN1Node?, _ bits: ArraySlice<UInt8>
    ) throws(RotationError) -> (KeyAlgorithm, KeyMaterial) {
        _ = try DERReader.parse(bits, what: "DSA key").positive("DSA key")
        // Parameters may be left out where the issuer's are meant (RFC 3279, 2.3.2); the length is then unknown.
        guard let parameters, !parameters.isNull else { return (.other(dsaWithoutParameters), .opaque) }
        var numbers = try parameters.children("DSA key's parameters")
        let p = try numbers.next("DSA p").positive("DSA p")
        _ = try numbers.next("DSA q").positive("DSA q")
        _ = try numbers.next("DSA g").positive("DSA g")
        try numbers.end("DSA key's parameters")
        return (.dsa(bits: bitLength(p)), .opaque)
    }

    /// Of a big-endian number without leading zeros.
    static func bitLength(_ magnitude: ArraySlice<UInt8>) -> Int {
        magnitude.count * 8 - (magnitude.first?.leadingZeroBitCount ?? 0)
    }
}
