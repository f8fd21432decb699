import RotationModel
import SwiftASN1

/// What a SubjectPublicKeyInfo says, with what is wrong about how it says it.
///
/// It reads whatever certificates in the field have. Whoever takes new keys is strict, and refuses one that has an irregularity.
struct KeyReading {
    let algorithm: KeyAlgorithm
    let material: KeyMaterial
    let essence: KeyEssence
    /// Where the key is not written as its algorithm wants it.
    let irregularity: RotationError?

    init(
        _ algorithm: KeyAlgorithm, _ material: KeyMaterial, _ essence: KeyEssence, irregularity: RotationError? = nil
    ) {
        (self.algorithm, self.material, self.essence) = (algorithm, material, essence)
        self.irregularity = irregularity
    }

    /// - Parameters:
    ///   - type: The content of the algorithm's object identifier.
    ///   - bits: Of the subjectPublicKey.
    ///   - der: The whole SubjectPublicKeyInfo.
    init(type: ArraySlice<UInt8>, parameters: ASN1Node?, bits: ArraySlice<UInt8>, der: [UInt8]) {
        do throws(RotationError) {
            self = try KeyReading.understood(type: type, parameters: parameters, bits: bits, der: der)
        } catch {
            self.init(.other(ObjectIdentifier.dotted(type)), .opaque, .unknown(der: der), irregularity: error)
        }
    }

    /// - Throws: ``RotationError/Code/badInput`` where nothing can be made of the key.
    private static func understood(
        type: ArraySlice<UInt8>, parameters: ASN1Node?, bits: ArraySlice<UInt8>, der: [UInt8]
    ) throws(RotationError) -> KeyReading {
        if type == .ecPublicKey { return try ECKeyReader.read(parameters, bits) }
        if type == .rsaEncryption {
            let isPlain = parameters?.isNull ?? true
            return try readRSA(bits, .any, isPlain ? nil : malformed("RSA key's parameters are not NULL"))
        }
        if type == .rsassaPSS { return try readPSS(parameters, bits) }
        if type == .dsa { return try readDSA(parameters, bits, der: der) }
        let kept = KeyAlgorithm.other(ObjectIdentifier.dotted(type))
        // Other names for keys that are understood: only kept, and still the same keys.
        if type == .ecDH || type == .ecMQV, let reading = try? ECKeyReader.read(parameters, bits) {
            return KeyReading(kept, .opaque, reading.essence)
        }
        if type == .rsaOfX509 || type == .rsaesOAEP, let reading = try? readRSA(bits, .any, nil) {
            return KeyReading(kept, .opaque, reading.essence)
        }
        if type == .ed25519 {
            let isPlain = parameters == nil && bits.count == 32
            return KeyReading(
                .ed25519, .opaque, .bytes(algorithm: type, bits),
                irregularity: isPlain ? nil : malformed("Ed25519 key is not 32 bytes without parameters"))
        }
        let isOfOneEncoding = type == .x25519 || type == .x448 || type == .ed448
        return KeyReading(kept, .opaque, isOfOneEncoding ? .bytes(algorithm: type, bits) : .unknown(der: der))
    }

    static func malformed(_ problem: String) -> RotationError { RotationError(.badInput, "the \(problem)") }

    // MARK: RSA

    private static func readPSS(
        _ parameters: ASN1Node?, _ bits: ArraySlice<UInt8>
    ) throws(RotationError) -> KeyReading {
        do throws(RotationError) {
            let restriction = try parameters.map { node throws(RotationError) in try PSSParameters(node: node) }
            return try readRSA(bits, .pss(restriction: restriction), nil)
        } catch {
            return try readRSA(bits, .pss(restriction: nil), error)
        }
    }

    private static func readRSA(
        _ bits: ArraySlice<UInt8>, _ use: RSAKeyUse, _ irregularity: RotationError?
    ) throws(RotationError) -> KeyReading {
        var numbers = try DERReader.parse(bits, what: "RSA key").children("RSA key")
        let modulus = try Magnitude(numbers.next("RSA modulus"), "RSA modulus")
        let exponent = try Magnitude(numbers.next("RSA exponent"), "RSA exponent")
        var problem = irregularity ?? modulus.irregularity ?? exponent.irregularity
        do throws(RotationError) { try numbers.end("RSA key") } catch { problem = problem ?? error }
        return KeyReading(
            .rsa(bits: KeyMaterial.bitLength(modulus.bytes)),
            .rsa(modulus: modulus.bytes, exponent: exponent.bytes, use), .rsa(modulus: modulus.bytes),
            irregularity: problem)
    }

    // MARK: DSA

    private static func readDSA(
        _ parameters: ASN1Node?, _ bits: ArraySlice<UInt8>, der: [UInt8]
    ) throws(RotationError) -> KeyReading {
        let y = try DERReader.parse(bits, what: "DSA key").positive("DSA key")
        // Parameters may be left out where the issuer's are meant (RFC 3279, 2.3.2); the length is then unknown.
        guard let parameters, !parameters.isNull else {
            return KeyReading(.other(KeyMaterial.dsaWithoutParameters), .opaque, .unknown(der: der))
        }
        var numbers = try parameters.children("DSA key's parameters")
        let p = try numbers.next("DSA p").positive("DSA p")
        let q = try numbers.next("DSA q").positive("DSA q")
        let g = try numbers.next("DSA g").positive("DSA g")
        try numbers.end("DSA key's parameters")
        return KeyReading(.dsa(bits: KeyMaterial.bitLength(p)), .opaque, .dsa(p: p, q: q, g: g, y: y))
    }
}

/// A number that should be a positive INTEGER in its shortest form.
///
/// Broken encoders leave out the zero byte before a number whose first bit is set: it then reads as negative, and what its owner computes with
/// are the bytes as they stand.
private struct Magnitude {
    /// Big-endian, no leading zeros.
    let bytes: ArraySlice<UInt8>
    let irregularity: RotationError?

    /// - Throws: ``RotationError/Code/badInput`` where it is no INTEGER, or zero.
    init(_ node: ASN1Node, _ what: String) throws(RotationError) {
        bytes = try node.bytes(what, tag: .integer).drop { $0 == 0 }
        guard !bytes.isEmpty else { throw DERReader.malformed(what, "is not positive") }
        do throws(RotationError) {
            _ = try node.positive(what)
            irregularity = nil
        } catch {
            irregularity = error
        }
    }
}
