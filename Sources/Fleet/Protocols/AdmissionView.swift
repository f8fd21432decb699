import RotationModel

/// What it takes to let a device in that shows a certificate, and to answer it. Each is one lookup by an index.
package protocol AdmissionView {
    /// The claims of a certificate, one a device that presents it; none where the inventory does not have it.
    func registeredCertificates(withFingerprint fingerprint: Fingerprint) throws(RotationError)
        -> [RegisteredCertificate]

    /// Nil where none of the device's is `ACTIVE`.
    func currentCertificate(ofDevice row: Int64) throws(RotationError) -> CurrentCertificate?

    /// The last certificate that was issued to a device for a key, where the device may still use or confirm it.
    ///
    /// - Parameter shown: The row of the certificate that the device shows: what came before it is no answer.
    func issuedCertificate(
        toDevice row: Int64, forKey key: KeyIdentity, after shown: Int64
    ) throws(RotationError) -> IssuedCertificate?

    /// Whether a CSR of the device with this key was taken and is not answered yet.
    func isRequestWaiting(ofDevice row: Int64, withKey key: KeyIdentity) throws(RotationError) -> Bool

    /// The number of the last audit entry; 0 where there is none.
    func newestAuditEntry() throws(RotationError) -> Int64

    /// Why the last CSR of a device was not taken that was refused after an audit entry; nil where none was. Reads `code: sentence`.
    func requestRefusal(of device: DeviceID, afterEntry number: Int64) throws(RotationError) -> String?

    /// Revocations with greater numbers, in their order. A certificate that two devices present is there twice.
    func revocations(after number: Int64, limit: Int) throws(RotationError) -> [NumberedRevocation]

    /// The number of the last revocation; 0 where there is none.
    func newestRevocation() throws(RotationError) -> Int64
}
