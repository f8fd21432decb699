import RotationModel
import SwiftASN1

/// RSASSA-PSS-params (RFC 4055, 3.1). What is left out has the default that the RFC gives it: SHA-1, MGF1 with SHA-1, a salt of 20
/// bytes, trailer field 1.
package struct PSSParameters: Hashable, Sendable {
    package let hash: HashAlgorithm
    /// The hash inside the mask generation function MGF1.
    package let maskHash: HashAlgorithm
    /// In bytes.
    package let saltLength: Int
    /// 1, which stands for the byte BC: there is no other.
    package let trailerField: Int

    package init(hash: HashAlgorithm, maskHash: HashAlgorithm, saltLength: Int) {
        (self.hash, self.maskHash, self.saltLength, trailerField) = (hash, maskHash, saltLength, 1)
    }

    init(node: ASN1Node) throws(RotationError) {
        var fields = try node.children("RSASSA-PSS parameters")
        hash = try fields.next(explicitly: 0, "RSASSA-PSS hash").map(PSSParameters.hash) ?? .sha1
        maskHash = try fields.next(explicitly: 1, "RSASSA-PSS mask function").map(PSSParameters.maskHash) ?? .sha1
        saltLength =
            try fields.next(explicitly: 2, "RSASSA-PSS salt length")
            .map { node throws(RotationError) in try node.small("RSASSA-PSS salt length") } ?? 20
        trailerField =
            try fields.next(explicitly: 3, "RSASSA-PSS trailer field")
            .map { node throws(RotationError) in try node.small("RSASSA-PSS trailer field") } ?? 1
        try fields.end("RSASSA-PSS parameters")
        guard trailerField == 1 else {
            throw RotationError(
                .badInput, "the RSASSA-PSS trailer field is \(trailerField)", advice: "RFC 4055 knows 1 alone")
        }
        guard saltLength <= 2048 else {
            throw RotationError(
                .badInput, "the RSASSA-PSS salt is \(saltLength) bytes long", advice: "no RSA key has room for it")
        }
    }

    private static func hash(_ node: ASN1Node) throws(RotationError) -> HashAlgorithm {
        var parts = try node.children("RSASSA-PSS hash")
        let type = try parts.next("RSASSA-PSS hash").objectIdentifier("RSASSA-PSS hash")
        if let parameters = parts.nextIfAny(), !parameters.isNull {
            throw DERReader.malformed("RSASSA-PSS hash", "has parameters")
        }
        try parts.end("RSASSA-PSS hash")
        guard let known = HashAlgorithm.allCases.first(where: { type == $0.objectIdentifier }) else {
            throw RotationError(
                .badInput,
                "RSASSA-PSS with the hash \(ObjectName.describe(ObjectIdentifier.dotted(type))) is not known here",
                advice: "SHA-256, SHA-384 and SHA-512 are")
        }
        return known
    }

    private static func maskHash(_ node: ASN1Node) throws(RotationError) -> HashAlgorithm {
        var parts = try node.children("RSASSA-PSS mask function")
        let type = try parts.next("RSASSA-PSS mask function").objectIdentifier("RSASSA-PSS mask function")
        guard type == .mgf1 else {
            throw RotationError(
                .badInput, "the RSASSA-PSS mask function is not MGF1", advice: "RFC 4055 knows MGF1 alone")
        }
        let inner = try hash(try parts.next("RSASSA-PSS mask hash"))
        try parts.end("RSASSA-PSS mask function")
        return inner
    }

    /// The parameters' DER. A default is left out, as DER wants it.
    var der: [UInt8] {
        var content: [UInt8] = []
        if hash != .sha1 { content += DEREncoder.element(0xA0, hash.identifier) }
        if maskHash != .sha1 {
            content += DEREncoder.element(
                0xA1, DEREncoder.sequence(DEREncoder.objectIdentifier(.mgf1), maskHash.identifier))
        }
        if saltLength != 20 {
            let bytes = [UInt8(truncatingIfNeeded: saltLength >> 8), UInt8(truncatingIfNeeded: saltLength)]
            content += DEREncoder.element(0xA2, DEREncoder.positiveInteger(bytes))
        }
        return DEREncoder.element(0x30, content)
    }
}

extension HashAlgorithm {
    var objectIdentifier: ObjectIdentifier {
        switch self {
        case .sha1: .sha1
        case .sha224: .sha224
        case .sha256: .sha256
        case .sha384: .sha384
        case .sha512: .sha512
        }
    }

    /// The DER of its AlgorithmIdentifier, with the NULL that RFC 8017 (A.2.4) and RFC 4055 (2.1) have signers write.
    var identifier: [UInt8] {
        DEREncoder.sequence(DEREncoder.objectIdentifier(objectIdentifier), DEREncoder.null)
    }
}
