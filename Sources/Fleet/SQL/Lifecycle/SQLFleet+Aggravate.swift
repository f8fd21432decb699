import Basics
import RotationModel

extension SQLFleet {
    @discardableResult
    package func aggravate(
        _ certificates: [Int64], order: Int64, run: RunID, at: Timestamp
    ) throws(RotationError) -> Int {
        guard !certificates.isEmpty else { return 0 }
        return try write { database in
            let find = try Query(
                database,
                """
                SELECT v.reason, d.name, c.fingerprint FROM revocations v JOIN certificates c ON c.id = v.certificate
                JOIN devices d ON d.id = c.device WHERE v.certificate = ? AND v.reason <> 'keyCompromise'
                """)
            // A greater id is what tells that a list has to be built anew.
            let change = try Query(
                database,
                """
                UPDATE revocations SET id = (SELECT max(id) + 1 FROM revocations), reason = 'keyCompromise', revocation_order = ?
                WHERE certificate = ?
                """)
            var changed = 0
            try audited(database, by: .run(run)) { log in
                for certificate in certificates {
                    let known = try find.first([.integer(certificate)]) { row in
                        (
                            reason: row.text(0), device: DeviceID(checked: row.text(1)),
                            fingerprint: try row.fingerprint(2)
                        )
                    }
                    guard let known else { continue }
                    try change.run([.integer(order), .integer(certificate)])
                    changed += 1
                    try log.append(.revocationAggravated, device: known.device, at: at) { json in
                        json.member("fingerprint", known.fingerprint.hex)
                        json.member("was", known.reason)
                        json.member("revocationReason", RevocationReason.keyCompromise.rawValue)
                    }
                }
            }
            return changed
        }
    }
}
