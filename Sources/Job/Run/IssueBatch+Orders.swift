import Fleet
import Issuing
import PKI
import Planning
import Policy
import RotationModel

extension IssueBatch {
    /// What all certificates of the batch have in common.
    func template(crlURLs: [String] = []) -> CertificateProfile {
        let profile = policy.profile
        return CertificateProfile(
            signature: profile.signature, pssHash: profile.hash, keyUsage: profile.keyUsage,
            extendedKeyUsage: profile.extendedKeyUsage, crlURLs: crlURLs)
    }

    /// What one device's certificate is to be, whoever signs it.
    ///
    /// - Parameter labels: of the batch's devices, by the row of their set.
    func order(
        for reservation: Reservation, by authority: Certificate, _ labels: [Int64: [String: String]]
    ) throws(RotationError) -> (subject: [NameComponent], certificate: CertificateOrder) {
        let profile = policy.profile
        let decision = rows[reservation.index].decision
        let facts = DeviceFacts(
            device: decision.device, account: decision.account, labels: labels[decision.subject.labelSet] ?? [:])
        let subject = try profile.subject(for: facts)
        let certificate = CertificateOrder(
            serialNumber: reservation.order.serial, subject: DistinguishedName(subject),
            subjectAlternativeNames: try profile.alternativeNames(for: facts), notBefore: run.at - profile.backdate,
            notAfter: min(
                run.at + profile.validity, authorities.known.end(of: profile.authority) ?? authority.notAfter),
            publicKey: try reservation.publicKey)
        return (subject, certificate)
    }
}

extension Reservation {
    /// What is certified: the key of the CSR, or that of the certificate that is replaced.
    var publicKey: PublicKeyInfo {
        get throws(RotationError) {
            spki.isEmpty ? try Certificate(inField: currentCertificate).publicKey : try PublicKeyInfo(der: spki)
        }
    }
}
