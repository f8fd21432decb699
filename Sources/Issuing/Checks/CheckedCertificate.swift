import PKI

/// A certificate that was held against what was ordered, and may be recorded.
///
/// An order is a `CertificateOrder`, what comes back of it a `Certificate`; only ``ReadBack`` and ``AnswerCheck`` make this of it, so that
/// nothing that nobody looked at can reach the registry.
package struct CheckedCertificate: Sendable {
    package let certificate: Certificate

    init(_ certificate: Certificate) { self.certificate = certificate }
}
