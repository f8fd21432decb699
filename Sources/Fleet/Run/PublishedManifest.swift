import RotationModel

/// A manifest that was published, by whose it is.
package struct PublishedManifest: Sendable, Equatable {
    /// The device's.
    package let row: Int64
    package let device: DeviceID
}

/// How many manifests there can be to look for.
package struct ManifestExtent: Sendable, Equatable {
    /// The greatest row of a device; 0 where there is none.
    package let greatestDevice: Int64
    /// Rotations that are under way.
    package let underWay: Int64
    /// Runs so far.
    package let runs: Int
}
