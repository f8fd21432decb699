import RotationModel

/// How manifests are signed.
package struct ManifestConfiguration: Hashable, Sendable {
    package let key: KeyConfiguration
    /// From a manifest's `issued` to its `expires`.
    package let validity: TimeSpan

    package static let defaultValidity = TimeSpan.days(30)

    package init(key: KeyConfiguration, validity: TimeSpan = ManifestConfiguration.defaultValidity) {
        self.key = key
        self.validity = validity
    }
}
