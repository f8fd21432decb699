import RotationModel

/// A device's proof that it holds the key of its new certificate, judged and found good.
package struct ConfirmationOrder: Sendable {
    package var deviceRow: Int64
    package var device: DeviceID
    package var rotation: Int64
    /// The new certificate, by its row.
    package var certificateRow: Int64
    package var fingerprint: Fingerprint
    /// The sequence number of the manifest that the device confirms.
    package var sequence: Int
    /// When the device says that it confirmed. For the audit alone: the overlap starts when the run takes the proof in.
    package var time: Timestamp
    /// SHA-256 of the acknowledgement's bytes: tells the same file from another one. Nil where a request confirmed: the gate authenticated
    /// the device by the new certificate.
    package var digest: SHA256Digest?
    /// The submission's name, where the acknowledgement came through the gate.
    package var submission: String?

    package init(
        deviceRow: Int64, device: DeviceID, rotation: Int64, certificateRow: Int64, fingerprint: Fingerprint,
        sequence: Int, time: Timestamp, digest: SHA256Digest?, submission: String? = nil
    ) {
        self.deviceRow = deviceRow
        self.device = device
        self.rotation = rotation
        self.certificateRow = certificateRow
        self.fingerprint = fingerprint
        self.sequence = sequence
        self.time = time
        self.digest = digest
        self.submission = submission
    }
}
