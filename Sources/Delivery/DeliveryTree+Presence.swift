import RotationModel
import System

extension DeliveryTree {
    /// Of some devices, those whose manifest is not there, or has nothing in it. One look at a name each; nothing is read.
    package func devicesWithoutManifest(among devices: [DeviceID]) -> [DeviceID] {
        guard FileIdentity.following(root) != nil, let folder = try? Folder(opening: root) else { return devices }
        return devices.filter { device in
            guard let identity = folder.identity(of: DeliveryTree.manifestPath(of: device)) else { return true }
            return identity.kind != .regular || identity.size == 0
        }
    }
}
