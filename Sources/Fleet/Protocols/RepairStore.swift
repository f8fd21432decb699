import RotationModel

/// What is published once more from the records. No fact of the registry changes by it.
package protocol RepairStore {
    /// Lets the manifests of devices, by their rows, count as not published: they are published again as they are recorded.
    func reopenManifests(ofDevices rows: [Int64]) throws(RotationError)

    /// Lets a CRL count as not published, so that it is issued anew under the next number.
    func reopenCRL(_ name: String) throws(RotationError)
}
