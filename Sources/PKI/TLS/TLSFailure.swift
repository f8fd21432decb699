/// Why a TLS session failed, for the operator's log and for counting.
package struct TLSFailure: Error, Hashable, Sendable {
    /// Stable words, as logs and metrics have them.
    package enum Reason: String, CaseIterable, Sendable {
        case notTLS = "not-tls"
        case plainHTTP = "plain-http"
        case version
        case noSharedCipher = "no-shared-cipher"
        case noSharedGroup = "no-shared-group"
        case noSharedSignature = "no-shared-signature"
        case noSharedProtocol = "no-shared-protocol"
        /// The proof of possession fails.
        case foreignKey = "foreign-key"
        case wrongSignatureAlgorithm = "wrong-signature-algorithm"
        case badCertificate = "bad-certificate"
        case tooLong = "too-long"
        case alert
        /// Closed before the handshake was complete.
        case closed
        case damaged
        case protocolError = "protocol-error"
        /// The server's own.
        case `internal`
    }

    package let reason: Reason
    /// What OpenSSL, or the client's alert, says of it; may be empty.
    package let detail: String

    init(_ reason: Reason, _ detail: String = "") {
        self.reason = reason
        self.detail = detail
    }
}

extension TLSFailure: CustomStringConvertible {
    /// One sentence without a full stop, and the detail in brackets.
    package var description: String { detail.isEmpty ? reason.sentence : "\(reason.sentence) (\(detail))" }
}

extension TLSFailure.Reason {
    /// One sentence without a full stop.
    package var sentence: String {
        switch self {
        case .notTLS: "the client does not speak TLS"
        case .plainHTTP: "the client speaks HTTP without TLS"
        case .version: "the client speaks neither TLS 1.2 nor TLS 1.3"
        case .noSharedCipher: "the client offers no cipher suite that the server has"
        case .noSharedGroup: "the client offers no group for the key exchange that the server has"
        case .noSharedSignature: "the client takes no signature algorithm that the server's certificates can sign with"
        case .noSharedProtocol: "the client asks by ALPN for other protocols than http/1.1"
        case .foreignKey: "the client did not sign with the key of its certificate"
        case .wrongSignatureAlgorithm:
            "the client signed with an algorithm that is not its certificate's key's, or that was not offered"
        case .badCertificate: "the client's certificate cannot be read, or its key not be used"
        case .tooLong: "the client sent more for its handshake than is taken"
        case .alert: "the client broke the session off"
        case .closed: "the client closed the session before the handshake was complete"
        case .damaged: "what the client sent was changed on the way, or is encrypted with other keys"
        case .protocolError: "the client broke the rules of TLS"
        case .internal: "TLS failed at the server"
        }
    }
}
