import COpenSSL

extension TLSFailure {
    /// Empties the error queue. The last error of TLS itself names the failure: those before it are of what it called.
    static func drain() -> TLSFailure {
        let codes = OpenSSLErrors.drainCodes()
        let details = OpenSSLErrors.reasons(of: codes).joined(separator: ", ")
        guard let code = codes.last(where: { ERR_GET_LIB($0) == ERR_LIB_SSL }) else {
            return TLSFailure(codes.isEmpty ? .protocolError : .internal, details)
        }
        let reason = ERR_GET_REASON(code)
        // An alert that the client sent, by its number.
        if reason >= SSL_AD_REASON_OFFSET {
            let text = SSL_alert_desc_string_long(reason - SSL_AD_REASON_OFFSET).map { String(cString: $0) } ?? ""
            return TLSFailure(.alert, text)
        }
        return TLSFailure(Reason(openSSL: reason), details)
    }
}

extension TLSFailure.Reason {
    fileprivate init(openSSL reason: Int32) {
        self =
            switch reason {
            case SSL_R_HTTP_REQUEST, SSL_R_HTTPS_PROXY_REQUEST: .plainHTTP
            case SSL_R_WRONG_VERSION_NUMBER, SSL_R_UNKNOWN_PROTOCOL, SSL_R_BAD_RECORD_TYPE,
                SSL_R_PACKET_LENGTH_TOO_LONG,
                SSL_R_RECORD_TOO_SMALL:
                .notTLS
            case SSL_R_UNSUPPORTED_PROTOCOL, SSL_R_VERSION_TOO_LOW, SSL_R_VERSION_TOO_HIGH,
                SSL_R_INAPPROPRIATE_FALLBACK:
                .version
            case SSL_R_NO_SHARED_CIPHER: .noSharedCipher
            case SSL_R_NO_SUITABLE_KEY_SHARE, SSL_R_NO_SHARED_GROUPS, SSL_R_NO_SUITABLE_GROUPS: .noSharedGroup
            case SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM, SSL_R_NO_SHARED_SIGNATURE_ALGORITHMS,
                SSL_R_MISSING_SIGALGS_EXTENSION:
                .noSharedSignature
            case SSL_R_NO_APPLICATION_PROTOCOL: .noSharedProtocol
            case SSL_R_BAD_SIGNATURE, SSL_R_WRONG_SIGNATURE_SIZE: .foreignKey
            case SSL_R_WRONG_SIGNATURE_TYPE: .wrongSignatureAlgorithm
            case SSL_R_CERT_LENGTH_MISMATCH, SSL_R_UNABLE_TO_FIND_PUBLIC_KEY_PARAMETERS,
                SSL_R_UNKNOWN_CERTIFICATE_TYPE, SSL_R_SIGNATURE_FOR_NON_SIGNING_CERTIFICATE, SSL_R_WRONG_CURVE,
                SSL_R_BAD_ECC_CERT:
                .badCertificate
            case SSL_R_EXCESSIVE_MESSAGE_SIZE: .tooLong
            case SSL_R_DECRYPTION_FAILED_OR_BAD_RECORD_MAC, SSL_R_DECRYPTION_FAILED, SSL_R_DIGEST_CHECK_FAILED:
                .damaged
            case Int32(ERR_R_MALLOC_FAILURE), Int32(ERR_R_INTERNAL_ERROR): .internal
            default: .protocolError
            }
    }
}
