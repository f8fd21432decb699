import PKI
import RotationModel

/// Holds what an external issuer answers against what was ordered.
package struct AnswerCheck: Sendable {
    private let authority: Certificate
    private let chain: [Certificate]
    private let check: IssuanceCheck

    /// A run that died is repeated, and gets what it was given before: dates may lie this much before those that are asked for now.
    static let longestDelay = TimeSpan.days(1)

    /// - Parameter chain: the configured certificates above the authority's.
    package init(authority: Certificate, chain: [Certificate], profile: CertificateProfile) throws(RotationError) {
        self.authority = authority
        self.chain = chain
        check = try IssuanceCheck(authority: authority, profile: profile, issuer: .external)
    }

    /// The certificate of an answer.
    ///
    /// - Throws: ``RotationError/Code/cryptography`` where it is not what was ordered, with every difference;
    ///   ``RotationError/Code/badInput`` where all that differs is how the key is written.
    func certificate(_ pem: String, chain given: [String], for order: CertificateOrder) throws(RotationError)
        -> CheckedCertificate
    {
        let certificate = try read(pem, "the certificate")
        var differences = dateDifferences(certificate, order)
        // Dates of an earlier day are right if they are right together; everything else is compared as ordered.
        let dated = CertificateOrder(
            serialNumber: order.serialNumber, subject: order.subject,
            subjectAlternativeNames: order.subjectAlternativeNames, notBefore: certificate.notBefore,
            notAfter: certificate.notAfter, publicKey: order.publicKey)
        differences += check.differences(of: certificate, from: dated, verifyingSignature: true)
        if !isUsable(certificate.serialNumber) {
            differences.append(
                "the serial number \(certificate.serialNumber) is not positive and at most 20 bytes long (RFC 5280, 4.1.2.2)"
            )
        }
        differences += try chainDifferences(given)
        guard differences.isEmpty else {
            // The device's doing, as it were: it must not keep others from their certificates.
            let isSpelling = differences == [IssuanceCheck.otherSpelling]
            throw RotationError(
                isSpelling ? .badInput : .cryptography,
                "the certificate \(certificate.fingerprint) is not what was ordered: \(differences.joined(separator: "; "))"
            )
        }
        return CheckedCertificate(certificate)
    }

    private func dateDifferences(_ certificate: Certificate, _ order: CertificateOrder) -> [String] {
        let half = TimeSpan(seconds: (order.notAfter - order.notBefore).seconds / 2)
        let earlier = min(AnswerCheck.longestDelay, half)
        func difference(_ name: String, _ date: Timestamp, _ ordered: Timestamp) -> [String] {
            (ordered - earlier...ordered).contains(date)
                ? [] : ["\(name) is \(date), and was to be \(ordered) or up to \(earlier) before"]
        }
        return difference("notBefore", certificate.notBefore, order.notBefore)
            + difference("notAfter", certificate.notAfter, order.notAfter)
    }

    private func isUsable(_ serial: SerialNumber) -> Bool {
        guard (1...20).contains(serial.bytes.count), let first = serial.bytes.first, first < 0x80 else { return false }
        return serial.bytes.contains { $0 != 0 }
    }

    /// What devices get is the configured chain: one that is given must not lead elsewhere.
    private func chainDifferences(_ given: [String]) throws(RotationError) -> [String] {
        guard !given.isEmpty else { return [] }
        var certificates: [Certificate] = []
        for (number, pem) in given.enumerated() {
            certificates.append(try read(pem, "certificate \(number + 1) of the chain"))
        }
        if !certificates.contains(authority) {
            return ["the chain does not hold the configured certificate of the authority, \(authority.fingerprint)"]
        }
        return chain.filter { !certificates.contains($0) }.map {
            "the chain does not hold the configured certificate of \($0.subject)"
        }
    }

    private func read(_ pem: String, _ what: String) throws(RotationError) -> Certificate {
        do {
            return try Certificate(reading: Array(pem.utf8))
        } catch {
            throw RotationError(.cryptography, "\(what) cannot be read: \(error.message)")
        }
    }
}
