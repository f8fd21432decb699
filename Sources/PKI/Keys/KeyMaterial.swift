import RotationModel
import SwiftASN1

/// The numbers of a public key, as far as anything here computes with them.
enum KeyMaterial: Hashable, Sendable {
    /// Big-endian, no leading zeros. `pssOnly` where the key's own algorithm is id-RSASSA-PSS (RFC 4055).
    case rsa(modulus: ArraySlice<UInt8>, exponent: ArraySlice<UInt8>, pssOnly: Bool)
    /// SEC 1's octet string of the point, compressed or not.
    case ec(NamedCurve, point: ArraySlice<UInt8>)
    /// Anything that is only kept.
    case opaque

    static func read(
        type: ArraySlice<UInt8>, parameters: ASN1Node?, bits: ArraySlice<UInt8>
    ) throws(RotationError) -> (algorithm: KeyAlgorithm, material: KeyMaterial) {
        if type == .ecPublicKey { return try readEC(parameters, bits) }
        if type == .rsaEncryption {
            guard parameters?.isNull ?? true else { throw malformed("RSA key's parameters are not NULL") }
            return try readRSA(bits, pssOnly: false)
        }
        if type == .rsassaPSS {
            if let parameters { _ = try PSSParameters(node: parameters) }
            return try readRSA(bits, pssOnly: true)
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
        _ bits: ArraySlice<UInt8>, pssOnly: Bool
    ) throws(RotationError) -> (KeyAlgorithm, KeyMaterial) {
        var numbers = try DERReader.parse(bits, what: "RSA key").children("RSA key")
        let modulus = try numbers.next("RSA modulus").positive("RSA modulus")
        let exponent = try numbers.next("RSA exponent").positive("RSA exponent")
        try numbers.end("RSA key")
        return (.rsa(bits: bitLength(modulus)), .rsa(modulus: modulus, exponent: exponent, pssOnly: pssOnly))
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
        guard let parameters, !parameters.isNull else { return (.other("dsa"), .opaque) }
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

/// What is known to be weak about a key by looking at it.
enum KeyWeakness {
    /// Curves that OpenSSL knows with fewer than 224 bits (SEC 2, X9.62, RFC 5639), by object identifier.
    private static let shortCurves: Set<String> = [
        "1.2.840.10045.3.1.1", "1.2.840.10045.3.1.2", "1.2.840.10045.3.1.3",
        "1.3.132.0.4", "1.3.132.0.5", "1.3.132.0.6", "1.3.132.0.7", "1.3.132.0.8", "1.3.132.0.9", "1.3.132.0.28",
        "1.3.132.0.29", "1.3.132.0.30", "1.3.132.0.31", "1.3.132.0.1", "1.3.132.0.2", "1.3.132.0.15", "1.3.132.0.22",
        "1.3.132.0.23", "1.3.132.0.24", "1.3.132.0.25",
        "1.3.36.3.3.2.8.1.1.1", "1.3.36.3.3.2.8.1.1.2", "1.3.36.3.3.2.8.1.1.3", "1.3.36.3.3.2.8.1.1.4",
    ]

    /// The first weakness found, as the end of "refused because …", or nil.
    static func find(in material: KeyMaterial, of algorithm: KeyAlgorithm) -> String? {
        switch algorithm {
        case .rsa(let bits) where bits < 2048: return "RSA-\(bits) is shorter than 2048 bits"
        case .dsa(let bits) where bits < 2048: return "DSA-\(bits) is shorter than 2048 bits"
        case .other(let name) where shortCurves.contains(name): return "its curve \(name) has fewer than 224 bits"
        default: break
        }
        guard case .rsa(let modulus, let exponent, _) = material else { return nil }
        if let last = modulus.last, last & 1 == 0 { return "the RSA modulus is even" }
        if exponent.elementsEqual([1]) { return "the RSA exponent is 1" }
        if let last = exponent.last, last & 1 == 0 { return "the RSA exponent is even" }
        // FIPS 186-5, 5.1: e < 2^256. A longer one only serves to make checking slow.
        if exponent.count > 32 { return "the RSA exponent is longer than 256 bits" }
        if let divisor = smallDivisor(of: modulus) { return "the RSA modulus is divisible by \(divisor)" }
        return nil
    }

    private static let smallPrimes: [UInt64] = [
        3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109,
        113,
        127, 131, 137, 139, 149, 151, 157, 163, 167, 173, 179, 181, 191, 193, 197, 199, 211, 223, 227, 229, 233, 239,
        241, 251,
    ]

    /// A prime below 256 that divides the number: one pass computes the remainder by a product of several primes.
    private static func smallDivisor(of magnitude: ArraySlice<UInt8>) -> UInt64? {
        var start = 0
        while start < smallPrimes.count {
            var product: UInt64 = 1
            var end = start
            while end < smallPrimes.count, product * smallPrimes[end] < 1 << 48 {
                product *= smallPrimes[end]
                end += 1
            }
            let remainder = magnitude.reduce(UInt64(0)) { ($0 << 8 | UInt64($1)) % product }
            if let prime = smallPrimes[start..<end].first(where: { remainder % $0 == 0 }) { return prime }
            start = end
        }
        return nil
    }
}
