import RotationModel

/// What finds the devices that a plan may have something to say of, at a cost that follows how many they are and not how large the fleet is.
///
/// All but ``forEachDevice(of:_:)`` hand over devices by their rows, some of them more than once and some without an `ACTIVE` certificate.
package protocol DueDevicesView {
    /// Hands over the classes that certificates are or were of, each once. The body may read from the snapshot.
    func forEachCertificateClass(_ body: (CertificateClass) throws -> Void) throws

    /// Hands over the devices of the `ACTIVE` certificates of a class.
    ///
    /// - Parameters:
    ///   - class: by its row.
    ///   - range: of `notAfter`, both included.
    func forEachDevice(ofClass class: Int64, ending range: ClosedRange<Timestamp>, _ body: (Int64) -> Void) throws

    /// Hands over the devices of the `ACTIVE` certificates of a class with their ids and the certificates' `notAfter`.
    func forEachDeviceID(ofClass class: Int64, _ body: (Int64, DeviceID, Timestamp) throws -> Void) throws

    /// Devices of which a class does not tell all: with a rotation under way, with several `ACTIVE` certificates.
    func forEachUnusualDevice(_ body: (Int64) -> Void) throws

    /// Devices with a certificate that is not as RFC 5280 wants it.
    func forEachDeviceWithMalformedCertificate(_ body: (Int64) -> Void) throws

    /// Devices with a key that another one has too.
    func forEachDeviceWithSharedKey(_ body: (Int64) -> Void) throws

    /// Devices with a certificate for a key.
    func forEachDevice(withKey key: KeyIdentity, _ body: (Int64) -> Void) throws

    /// Hands over those of the devices that have an `ACTIVE` certificate, as ``DevicesView/forEachDeviceWithActiveCertificate(_:)`` does, in the
    /// order given.
    func forEachDevice(of rows: [Int64], _ body: (PlanningDevice) throws -> Void) throws
}
