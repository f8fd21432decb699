import COpenSSL

/// How RSA lays a digest out before it signs it (RFC 8017, 8), and nothing for the other algorithms.
enum SignaturePadding: Hashable, Sendable {
    case none
    case pkcs1
    case pss(mask: HashAlgorithm, saltLength: Int)

    /// Sets a signing or verifying context up. It must have been initialised.
    func apply(to context: OpaquePointer?, hash: HashAlgorithm) -> Bool {
        guard EVP_PKEY_CTX_set_signature_md(context, hash.implementation) == 1 else { return false }
        switch self {
        case .none: return true
        case .pkcs1: return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1
        case .pss(let mask, let saltLength):
            return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1
                && EVP_PKEY_CTX_set_rsa_mgf1_md(context, mask.implementation) == 1
                && EVP_PKEY_CTX_set_rsa_pss_saltlen(context, Int32(saltLength)) == 1
        }
    }
}
