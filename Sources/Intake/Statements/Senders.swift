import Delivery
import Fleet
import RotationModel

/// Finds out which device a file of the inbox speaks for.
struct Senders {
    /// Devices with ids too long for a file name, by the digest that stands for them. Looked up when one is met.
    private var longNames: [SHA256Digest: DeviceID]?

    /// Nil where the name is nobody's. A name may lead to a device that the inventory does not have.
    mutating func device(_ sender: DeviceFileName.Decoded?, _ snapshot: any FleetView) throws -> DeviceID? {
        switch sender {
        case nil: return nil
        case .device(let device): return device
        case .digest(let digest):
            if longNames == nil {
                // An encoded byte takes three: only ids of more than a third of the limit can be meant.
                let long = try snapshot.longDeviceIDs(bytesOver: DeviceFileName.longest / 3)
                longNames = Dictionary(
                    long.map { (DeviceFileName.digest(of: $0), $0) }, uniquingKeysWith: { first, _ in first })
            }
            return longNames?[digest]
        }
    }
}
