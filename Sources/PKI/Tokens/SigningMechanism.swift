import CPKCS11
import RotationModel

/// How a token is asked for a bare signature (PKCS#11 2.40, "Current Mechanisms", 2.1.6, 2.1.10 and 2.3.6), and what it answers.
///
/// Digests are made in this process: a token that hashes would be sent whole CRLs.
enum SigningMechanism {
    case ecdsa(NamedCurve)
    case pkcs1(HashAlgorithm)
    case pss(PSSParameters)

    /// Nil where a key of this kind does not sign that way.
    init?(for key: PublicKeyInfo, hash: HashAlgorithm, padding: SignaturePadding) {
        switch (key.material, padding) {
        case (.ec(let curve, _), .none): self = .ecdsa(curve)
        case (.rsa, .pkcs1): self = .pkcs1(hash)
        case (.rsa, .pss(let mask, let saltLength)):
            self = .pss(PSSParameters(hash: hash, maskHash: mask, saltLength: saltLength))
        default: return nil
        }
    }

    /// CK_MECHANISM_TYPE
    var type: UInt {
        switch self {
        case .ecdsa: 0x1041
        case .pkcs1: 0x1
        case .pss: 0xD
        }
    }

    /// By the specification's name.
    var name: String {
        switch self {
        case .ecdsa: "CKM_ECDSA"
        case .pkcs1: "CKM_RSA_PKCS"
        case .pss: "CKM_RSA_PKCS_PSS"
        }
    }

    /// What the token is to sign.
    func data(_ digest: [UInt8]) -> [UInt8] {
        switch self {
        // Not all tokens shorten a digest that is longer than the curve's order themselves (FIPS 186-4, 6.4): its leftmost bits count.
        case .ecdsa(let curve): Array(digest.prefix(curve.coordinateSize))
        // DigestInfo (RFC 8017, 9.2): the token adds the padding alone.
        case .pkcs1(let hash): DEREncoder.sequence(hash.identifier, DEREncoder.octetString(digest))
        case .pss: digest
        }
    }

    /// The token's signature as OpenSSL would write it; nil where it is none.
    func signature(_ raw: [UInt8]) -> [UInt8]? {
        switch self {
        case .ecdsa(let curve): ECDSASignature.der(fromJoined: raw, size: curve.coordinateSize)
        case .pkcs1, .pss: raw.isEmpty ? nil : raw
        }
    }

    /// The mechanism as C_SignInit takes it.
    func withPointer<Failure: Error>(
        _ body: (UnsafeMutablePointer<CK_MECHANISM>) throws(Failure) -> Void
    ) throws(Failure) {
        var mechanism = CK_MECHANISM(mechanism: type, pParameter: nil, ulParameterLen: 0)
        guard case .pss(let pss) = self else { return try body(&mechanism) }
        var parameters = CK_RSA_PKCS_PSS_PARAMS(
            hashAlg: pss.hash.mechanism, mgf: pss.maskHash.maskFunction, sLen: UInt(pss.saltLength))
        try withUnsafeMutablePointer(to: &parameters) { pointer throws(Failure) in
            mechanism.pParameter = UnsafeMutableRawPointer(pointer)
            mechanism.ulParameterLen = UInt(MemoryLayout<CK_RSA_PKCS_PSS_PARAMS>.size)
            try body(&mechanism)
        }
    }
}

extension HashAlgorithm {
    /// CK_MECHANISM_TYPE
    fileprivate var mechanism: UInt {
        switch self {
        case .sha1: 0x220
        case .sha224: 0x255
        case .sha256: 0x250
        case .sha384: 0x260
        case .sha512: 0x270
        }
    }

    /// MGF1 with it (CK_RSA_PKCS_MGF_TYPE).
    fileprivate var maskFunction: UInt {
        switch self {
        case .sha1: 1
        case .sha224: 5
        case .sha256: 2
        case .sha384: 3
        case .sha512: 4
        }
    }
}
