import RotationModel

/// Devices, and what is known of one when something of it comes in.
package protocol DevicesView {
    /// The row of an issuer's name; one below zero, good for this snapshot alone, where the inventory has no certificate by it.
    func supposedIssuer(_ name: String) throws(RotationError) -> Int64

    /// What is known of a device that hands in a confirmation; nil where the inventory does not have it.
    func confirmationContext(_ id: DeviceID) throws(RotationError) -> ConfirmationContext?

    /// What is known of a device that hands in a CSR; nil where the inventory does not have it.
    func intakeContext(_ id: DeviceID) throws(RotationError) -> IntakeContext?

    /// Whether a submission of this name was taken in, a CSR or a confirmation, and may be in the spool still.
    func isTaken(submission name: String) throws(RotationError) -> Bool

    /// Files of the inbox that were taken in and could not be removed, by their marks.
    func filesLeftBehind() throws(RotationError) -> Set<String>

    /// Whether any device was ever seen at the gate.
    func isAnyDeviceSeen() throws(RotationError) -> Bool

    /// Devices whose id is longer than so many bytes, in the order of their bytes: their names do not fit everywhere.
    func longDeviceIDs(bytesOver limit: Int) throws(RotationError) -> [DeviceID]

    /// All issuers' names, by their rows.
    func issuerNames() throws(RotationError) -> [(row: Int64, name: String)]

    /// Devices, with certificates and without.
    var deviceCount: Int { get throws(RotationError) }

    func accountName(_ row: Int64) throws(RotationError) -> AccountID

    func issuerName(_ row: Int64) throws(RotationError) -> String

    func labels(ofSet row: Int64) throws(RotationError) -> Labels

    /// Hands over each device that has an `ACTIVE` certificate, in the order of its id's bytes, with its pending ones. Memory
    /// does not grow with the fleet.
    func forEachDeviceWithActiveCertificate(_ body: (PlanningDevice) throws -> Void) throws

    /// Devices that handed in CSRs with different keys, of which nobody knows which is the device's; by row.
    func devicesWithConflicts() throws(RotationError) -> Set<Int64>

    /// Nil where the inventory does not have the device.
    ///
    /// - Parameter confirmed: `PENDING_ACTIVATION` certificates that count as `ACTIVE`, by row.
    func requestSigners(_ id: DeviceID, confirmed: Set<Int64>) throws(RotationError) -> RequestSigners?
}
