import Lifecycle
import RotationModel

/// What people look up.
package protocol CatalogueStore {
    /// - Parameter auditLimit: How many of the last audit entries to include.
    /// - Returns: Nil where the inventory does not have the device; see ``nearNames(_:)``.
    func show(_ id: DeviceID, auditLimit: Int) throws(RotationError) -> DeviceStory?

    /// How many ``forEachFleetKey(_:)`` hands over.
    func fleetKeyCount() throws(RotationError) -> Int

    /// Hands over every certificate of any status, and then every CSR that waits, each in the order in which it came in. Memory does not
    /// grow with the fleet.
    func forEachFleetKey(_ body: (FleetKey) throws -> Void) throws

    /// How many devices have no certificate that is `ACTIVE`.
    func devicesWithoutActive() throws(RotationError) -> Int

    /// How many of the devices that have an `ACTIVE` certificate did not speak to the gate since a time; nil where nobody ever did.
    func devicesNotSeen(since time: Timestamp) throws(RotationError) -> Int?

    func summary(at: Timestamp) throws(RotationError) -> InventorySummary

    /// Lists devices in the order of their ids' bytes.
    func list(_ filter: ListFilter, each: (DeviceListing) throws -> Void) throws

    /// Device ids that a mistyped one may have meant, the nearest first; no more than three.
    func nearNames(_ id: DeviceID) throws(RotationError) -> [String]

    /// How many rotations stand where, by ``RotationState``; states without one are left out.
    func rotationsByState() throws(RotationError) -> [String: Int]

    /// Rotations that stand where they stand since before a time, the oldest first: `awaiting-csr` for devices that do
    /// not answer, `delivered` for manifests that nobody collects, and so on.
    ///
    /// - Parameters:
    ///   - state: Nil for every state of an open rotation.
    ///   - before: Nil for all.
    ///   - limit: How many at most.
    func openRotations(in state: RotationState?, unchangedSince before: Timestamp?, limit: Int) throws(RotationError)
        -> [OpenRotationListing]
}
