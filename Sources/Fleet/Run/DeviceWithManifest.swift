import RotationModel

/// A device whose manifest was published.
package struct DeviceWithManifest: Sendable, Equatable {
    /// Its own.
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
