import RotationModel

/// Certificates, by what they are asked for.
package protocol CertificatesView {
    /// Counts from the index alone; no certificate's row is read.
    ///
    /// - Parameter weeks: how many weeks are told apart, 1 or more.
    func expiries(from start: Timestamp, weeks: Int) throws(RotationError) -> ExpiryCalendar

    /// Claims of certificates by devices, of any status.
    var certificateCount: Int { get throws(RotationError) }

    /// Claims whose certificate is `ACTIVE`.
    var activeCertificateCount: Int { get throws(RotationError) }

    /// Hands over every certificate of any status, one a claim, in the order in which they came in. Memory does not grow with
    /// the fleet; the body may read from the snapshot.
    func forEachCertificate(_ body: (RevocableCertificate) throws -> Void) throws

    /// The same of one class, in no order; see ``DueDevicesView/forEachCertificateClass(_:)``.
    ///
    /// - Parameter class: by its row; nil for those that no class is known of.
    func forEachCertificate(ofClass class: Int64?, _ body: (RevocableCertificate) throws -> Void) throws

    func certificate(row: Int64) throws(RotationError) -> RevocableCertificate?

    /// One a claim.
    func certificates(withFingerprint fingerprint: Fingerprint) throws(RotationError) -> [RevocableCertificate]

    func certificates(withKey key: KeyIdentity) throws(RotationError) -> [RevocableCertificate]

    /// Those that were issued to replace one; not what was issued to replace those.
    func certificates(renewing row: Int64) throws(RotationError) -> [RevocableCertificate]

    func certificates(ofDevice row: Int64) throws(RotationError) -> [RevocableCertificate]

    /// Those of a serial number, which only together with an issuer names one (RFC 5280, 4.1.2.2). Reads the whole fleet.
    ///
    /// - Parameter issuer: The issuer's name, as RFC 4514 writes it; nil for any.
    func certificates(serial: SerialNumber, issuer: String?) throws(RotationError) -> [RevocableCertificate]
}
