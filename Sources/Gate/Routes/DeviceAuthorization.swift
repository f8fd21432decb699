import Fleet
import PKI
import RotationModel

/// Looks up who shows a certificate, and lets in or refuses.
struct DeviceAuthorization: Sendable {
    let inventory: LiveInventory
    let sightings: (any SightingSink)?

    /// - Throws: ``Problem`` with the code of ``RefusalCode``; ``RotationError`` where the registry cannot be read.
    func admit(
        _ peer: Peer, to route: RouteKind, _ rules: GateRules, at now: Timestamp
    ) async throws -> RegisteredCertificate {
        let presented = peer.certificate.map { Fingerprint(SHA256.digest($0)) }
        let (verdict, records) = try judge(presented, route, rules, rules.scope(of: peer.serverName), at: now)
        switch verdict {
        case .allow(let record):
            await note(record, peer, at: now)
            return record
        case .refuse(let code, let sentence):
            // It has proved the key of its replacement all the same, which is what is waited for.
            if code == .pendingActivation, let record = records.first, record.isOpenReplacement {
                await note(record, peer, at: now)
            }
            throw Problem(code, sentence)
        }
    }

    /// - Returns: The verdict, and the registry's claims of the certificate.
    func judge(
        _ presented: Fingerprint?, _ route: RouteKind, _ rules: GateRules, _ scope: AccountScope, at now: Timestamp
    ) throws(RotationError) -> (Admission.Verdict, [RegisteredCertificate]) {
        let admission = Admission(policies: rules.policies, authorities: rules.authorities)
        guard let presented else {
            let verdict = admission.judge([], presented: nil, route: route, account: scope, at: now) { _ in nil }
            return (verdict, [])
        }
        return try inventory.read(at: now) { view in
            let records = try view.registeredCertificates(withFingerprint: presented)
            let verdict = try admission.judge(
                records, presented: presented, route: route, account: scope, at: now
            ) { try view.currentCertificate(ofDevice: $0.deviceRow) }
            return (verdict, records)
        }
    }

    private func note(_ record: RegisteredCertificate, _ peer: Peer, at now: Timestamp) async {
        await sightings?.saw(
            Sighting(
                device: record.device, account: record.account, certificate: record.fingerprint, at: now,
                via: peer.transport, provesReplacement: record.isOpenReplacement))
    }
}
