import Delivery
import Fleet
import Lifecycle
import PKI
import RotationModel
import System

/// Decides whether a confirmation is taken: whether it is by the device that it names, for the certificate that this device
/// was handed, and by the key in that certificate.
package struct ConfirmationCheck: Sendable {
    let at: Timestamp
    /// Certificates that a revocation in force reaches, by row: one that was never ACTIVE does not become it.
    var revoked: Set<Int64> = []

    package init(at: Timestamp, revoked: Set<Int64> = []) {
        self.at = at
        self.revoked = revoked
    }

    package enum Outcome: Sendable {
        case confirm(ConfirmationOrder)
        /// The inventory has this very confirmation: the file can go.
        case known
        case refuse(ConfirmationRefusal, deviceRow: Int64?, device: DeviceID?)
    }

    /// A confirmation beside what the inventory knows of its device.
    package struct Candidate: Sendable {
        let file: String
        fileprivate let content: Result<Acknowledgement, ConfirmationRefusal>
        fileprivate let device: DeviceID?
        fileprivate let context: ConfirmationContext?
        fileprivate let submission: String?
        /// Whether this very file or submission was taken in before.
        fileprivate let isTaken: Bool
    }

    /// Looks the senders up.
    package func claims(_ readings: [ConfirmationReader.Reading], _ snapshot: any FleetView) throws -> [Candidate] {
        var senders = Senders()
        let leftBehind = try snapshot.filesLeftBehind()
        return try readings.map { reading in
            let device = try senders.device(reading.sender, snapshot)
            return Candidate(
                file: reading.file, content: reading.content, device: device,
                context: try device.flatMap { try snapshot.confirmationContext($0) }, submission: reading.submission,
                isTaken: try leftBehind.has(reading.mark)
                    || reading.submission.map { try snapshot.isTaken(submission: $0) } ?? false)
        }
    }

    /// Judges on all cores: verifying signatures is what takes the time.
    package func evaluate(_ claims: [Candidate]) async throws -> [(file: String, outcome: Outcome)] {
        try await Parallel.map(claims) { share in share.map { ($0.file, outcome($0)) } }
    }

    private func outcome(_ claim: Candidate) -> Outcome {
        if claim.isTaken { return .known }
        do throws(ConfirmationRefusal) {
            let acknowledgement = try claim.content.get()
            guard let device = claim.device, let context = claim.context else {
                throw ConfirmationRefusal(.unknownDevice, "the inventory has no device of that name")
            }
            return try outcome(acknowledgement, of: device, context, claim.submission)
        } catch {
            return .refuse(error, deviceRow: claim.context?.deviceRow, device: claim.context?.device)
        }
    }

    private func outcome(
        _ acknowledgement: Acknowledgement, of device: DeviceID, _ context: ConfirmationContext,
        _ submission: String?
    ) throws(ConfirmationRefusal) -> Outcome {
        try acknowledgement.statement.check(sender: device)
        guard let rotation = context.rotation else {
            throw ConfirmationRefusal(
                .nothingToConfirm, "the device was handed no certificate that waits for its proof")
        }
        if rotation.state == .confirmed || rotation.state == .completed {
            // A run that died between its commit and the removal of the file leaves a file that it has taken. At the gate a client asks
            // again where it did not hear the answer.
            if rotation.confirmation == acknowledgement.statement.digest,
                rotation.isConfirmingRunInterrupted || submission != nil
            {
                return .known
            }
            if acknowledgement.fingerprint == rotation.replacement.fingerprint {
                // What the gate saw came first, and the device confirms all the same.
                if rotation.confirmation == nil {
                    try verify(acknowledgement, rotation)
                    return .known
                }
                throw ConfirmationRefusal(.replayed, "the certificate was confirmed already")
            }
            throw ConfirmationRefusal(
                .nothingToConfirm, "the device was handed no certificate that waits for its proof")
        }
        guard acknowledgement.fingerprint == rotation.replacement.fingerprint else {
            throw ConfirmationRefusal(
                .wrongCertificate, "the certificate that waits for proof is \(rotation.replacement.fingerprint)")
        }
        guard rotation.sequences.contains(acknowledgement.sequence) else {
            throw ConfirmationRefusal(
                .wrongSequence,
                "the certificate stands in the manifest of sequence \(rotation.sequences.upperBound), not \(acknowledgement.sequence)"
            )
        }
        try verify(acknowledgement, rotation)
        try acknowledgement.statement.checkTime(
            at: at, notBefore: rotation.issuedAt, "the manifest that brought the certificate was issued")
        try checkReplacement(rotation.replacement)
        return .confirm(
            ConfirmationOrder(
                deviceRow: context.deviceRow, device: device, rotation: rotation.row,
                certificateRow: rotation.replacement.row, fingerprint: rotation.replacement.fingerprint,
                sequence: acknowledgement.sequence, time: acknowledgement.statement.time,
                digest: acknowledgement.statement.digest, submission: submission))
    }

    private func verify(
        _ acknowledgement: Acknowledgement, _ rotation: ConfirmableRotation
    ) throws(ConfirmationRefusal) {
        guard let key = ConfirmationCheck.key(in: rotation.replacement.der) else {
            throw ConfirmationRefusal(.unreadable, "the new certificate's key cannot be read")
        }
        do throws(ConfirmationRefusal) {
            try acknowledgement.statement.verify(with: key, whose: "the key of the new certificate")
        } catch {
            if error.code != .wrongType, let old = ConfirmationCheck.key(in: rotation.replacedDER),
                acknowledgement.statement.isSigned(by: old)
            {
                throw ConfirmationRefusal(
                    .oldKey, "the signature is by the key that is being replaced; sign with the new certificate's key")
            }
            throw error
        }
    }

    /// Whether the replacement may become ACTIVE.
    func checkReplacement(_ replacement: ConfirmableRotation.Replacement) throws(ConfirmationRefusal) {
        if replacement.status == .pendingActivation, revoked.contains(replacement.row) {
            throw ConfirmationRefusal(
                .certificateRevoked, "the certificate is to be revoked; wait for the next manifest")
        }
        switch replacement.status {
        // An import may have made it ACTIVE before the device could prove anything.
        case .pendingActivation, .active: break
        case .inactive, .revoked, .pendingTransfer, .registerInactive:
            throw ConfirmationRefusal(
                .certificateRevoked,
                "the certificate is \(replacement.status.rawValue) by now; wait for the next manifest")
        }
        guard at <= replacement.notAfter else {
            throw ConfirmationRefusal(
                .certificateExpired, "the certificate expired at \(replacement.notAfter); wait for the next manifest")
        }
    }

    private static func key(in der: [UInt8]) -> PublicKeyInfo? {
        (try? Certificate(inField: der))?.publicKey
    }
}
