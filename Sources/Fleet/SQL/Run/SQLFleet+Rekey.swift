import Basics
import Lifecycle
import RotationModel

extension SQLFleet {
    package func recordRekey(
        _ asks: [RekeyOrder], run: RunID, at: Timestamp
    ) throws(RotationError) -> [ManifestRecord] {
        guard !asks.isEmpty else { return [] }
        return try write { database in
            let rotations = try RotationWriter(database, run: run, at: at)
            let manifests = try ManifestWriter(database)
            let find = try Query(
                database,
                """
                SELECT c.fingerprint, c.not_after, a.name FROM certificates c
                JOIN devices d ON d.id = c.device JOIN accounts a ON a.id = d.account
                WHERE c.id = ? AND c.device = ? AND c.status = 'ACTIVE'
                """)
            var written: [ManifestRecord] = []
            written.reserveCapacity(asks.count)
            try audited(database, by: .run(run)) { log in
                for ask in asks {
                    let open = try rotations.open(ofDevice: ask.deviceRow)
                    if let open, !open.rotation.admitsReplacement(supersedes: ask.supersedes) { continue }
                    let old = try find.first([.integer(ask.oldCertificate), .integer(ask.deviceRow)]) {
                        (ReplacedCertificate(fingerprint: try $0.fingerprint(0), notAfter: $0.time(1)), $0.text(2))
                    }
                    guard let (replaces, account) = old else { continue }
                    let rotation = try rotations.proceed(
                        with: open, device: ask.deviceRow, id: ask.device, oldCertificate: ask.oldCertificate,
                        .asked,
                        ask.cause, revocation: ask.revocation, &log)
                    let manifest = ManifestRecord(
                        deviceRow: ask.deviceRow, device: ask.device, account: AccountID(checked: account),
                        sequence: try manifests.nextSequence(of: ask.deviceRow), action: .rekey,
                        reason: ask.cause.reason,
                        run: run,
                        issued: at, expires: ask.expires, certificateDER: nil, certificate: nil, authority: nil,
                        replaces: replaces,
                        requestKeys: ask.keys, requestSubject: ask.subject, refused: ask.refused)
                    try manifests.put(manifest, rotation: rotation)
                    try log.append(.rekeyRequested, device: ask.device, at: at) { json in
                        json.member("rotation", Int(rotation))
                        json.member("replaces", replaces.fingerprint.hex)
                        json.member("sequence", manifest.sequence)
                        if let refused = ask.refused { json.member("refused", refused) }
                        json.cause(ask.cause)
                    }
                    written.append(manifest)
                }
            }
            return written
        }
    }
}
