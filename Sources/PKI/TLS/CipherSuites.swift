/// The cipher suites that a server offers, most wanted first, by OpenSSL's names.
///
/// They are the ones that AWS IoT Core lists for its device gateway ("Transport security in AWS IoT Core"), so that a device that could reach
/// that one can reach this one. The six that begin with `AES` have no forward secrecy: RSA carries the secret over.
package enum CipherSuites {
    /// TLS 1.2, for an ECDSA and an RSA certificate.
    package static let tls12 = [
        "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256",
        "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-GCM-SHA384",
        "ECDHE-ECDSA-AES128-SHA256", "ECDHE-RSA-AES128-SHA256",
        "ECDHE-ECDSA-AES256-SHA384", "ECDHE-RSA-AES256-SHA384",
        "ECDHE-ECDSA-AES128-SHA", "ECDHE-RSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA", "ECDHE-RSA-AES256-SHA",
        "AES128-GCM-SHA256", "AES256-GCM-SHA384", "AES128-SHA256", "AES256-SHA256", "AES128-SHA", "AES256-SHA",
    ]

    /// TLS 1.3. A client that puts ChaCha20 first, because it has no AES in hardware, gets it.
    package static let tls13 = ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"]
}
