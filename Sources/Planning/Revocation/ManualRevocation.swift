import Fleet
import Policy
import RotationModel

/// A revocation that a person orders: for the case that no policy file foresaw.
package struct ManualRevocation: Sendable {
    /// What is to go.
    package enum Target: Sendable {
        /// Every certificate of a device.
        case device(DeviceID)
        case fingerprint(Fingerprint)
        /// - Parameter issuer: the name of an authority in rotation.yaml, or a distinguished name (RFC 4514).
        case serial(SerialNumber, issuer: String)
        /// Every certificate with this key, however it is written there, by the SHA-256 of a SubjectPublicKeyInfo.
        case key(KeyFingerprint)
    }

    package let target: Target
    package let reason: RevocationReason
    package let mode: RevocationMode
    /// Of ``RevocationMode/replaceThenRevoke``; nil to wait for the confirmation however long it takes.
    package let deadline: TimeSpan?
    package let note: String?

    package init(
        target: Target, reason: RevocationReason, mode: RevocationMode = .revokeNow, deadline: TimeSpan? = nil,
        note: String? = nil
    ) {
        self.target = target
        self.reason = reason
        self.mode = mode
        self.deadline = deadline
        self.note = note
    }

    /// What the order would reach, worked out before it is given.
    package struct Preview {
        package let name: String
        package let outlook: RevocationOutlook
        let seeds: [RevocableCertificate]
        let keys: [KeyReference]
        /// Certificates that are not REVOKED yet.
        let reached: [ReachedCertificate]
        let scope: RevocationScope
        let activeCertificates: Int
    }

    /// - Throws: ``RotationError/Code/badInput`` where there is nothing of the kind, or nothing left to do about it.
    package func preview(
        _ snapshot: any FleetView, authorities: KnownAuthorities, _ recognition: any IssuerRecognition, at: Timestamp
    ) throws -> Preview {
        let seeds = try seeds(snapshot, authorities, recognition)
        let key = reason.reachesDescendants ? try target.key.map { try snapshot.key(writtenAs: $0) } : nil
        let keys = key.map { [$0] } ?? []
        if seeds.allSatisfy({ $0.status == .revoked }), !reason.reachesDescendants {
            throw RotationError(
                .badInput, "\(counted(seeds.count)) named, and REVOKED already", at: target.description,
                advice: "`rotation-job inventory show` says when and why; only keyCompromise could add to it")
        }
        let name = try freeName(snapshot)
        let order = RevocationInForce(name: name, reason: reason, mode: mode, deadline: deadline.map { at + $0 })
        let scope = try RevocationScope.find(in: snapshot, rules: [], at: at, draft: (order, seeds, keys))
        let place = scope.revocations.count - 1
        let reached = scope.reached.values.joined().filter { $0.orders.contains { $0.revocation == place } }
            .sorted { $0.certificate.row < $1.certificate.row }
        return Preview(
            name: name, outlook: scope.outlooks[place], seeds: seeds, keys: keys, reached: Array(reached), scope: scope,
            activeCertificates: try snapshot.activeCertificateCount)
    }

    package func draft(_ preview: Preview) -> RevocationOrderDraft {
        RevocationOrderDraft(
            name: preview.name, kind: .manual, reason: reason, mode: mode, deadline: deadline,
            note: note, seeds: preview.seeds.map(\.row), refusedKeys: preview.keys)
    }

    /// Names of rules have no colon, so the two never meet.
    private func freeName(_ snapshot: any FleetView) throws -> String {
        var number = 1
        while try snapshot.revocationOrder(named: "manual:\(number)") != nil { number += 1 }
        return "manual:\(number)"
    }

    private func seeds(
        _ snapshot: any FleetView, _ authorities: KnownAuthorities, _ recognition: any IssuerRecognition
    ) throws -> [RevocableCertificate] {
        let found: [RevocableCertificate]
        switch target {
        case .device(let device):
            guard let context = try snapshot.confirmationContext(device) else {
                throw RotationError(.badInput, "the inventory has no device \(device)", at: "--device")
            }
            found = try snapshot.certificates(ofDevice: context.deviceRow)
        case .fingerprint(let fingerprint):
            found = try snapshot.certificates(withFingerprint: fingerprint)
        case .serial(let serial, let issuer):
            return try SerialSearch(
                serial: serial, issuer: authorities[issuer]?.subject ?? issuer, recognition: recognition
            ).certificates(in: snapshot)
        case .key(let key):
            found = try snapshot.certificates(withKey: snapshot.key(writtenAs: key).identity)
            // A key that nobody has yet can still be refused for ever.
            if found.isEmpty && reason.reachesDescendants { return [] }
        }
        guard !found.isEmpty else {
            throw RotationError(
                .badInput, "the inventory has no such certificate", at: target.description,
                advice: "see `rotation-job inventory list`, or `rotation-job inventory show DEVICE`")
        }
        return found
    }

    private func counted(_ count: Int) -> String { count == 1 ? "1 certificate is" : "\(count) certificates are" }
}

extension ManualRevocation.Target: CustomStringConvertible {
    /// As it is said on the command line.
    package var description: String {
        switch self {
        case .device(let device): "--device \(device)"
        case .fingerprint(let fingerprint): "--fingerprint \(fingerprint)"
        case .serial(let serial, let issuer): "--serial \(serial) --issuer \(issuer)"
        case .key(let key): "--key \(key)"
        }
    }

    fileprivate var key: KeyFingerprint? {
        if case .key(let key) = self { key } else { nil }
    }
}
