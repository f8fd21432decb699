import Basics
import RotationModel

extension SQLFleet {
    package func recordSigners(_ signers: [(certificate: Int64, signedBy: SignedBy)]) throws(RotationError) {
        guard !signers.isEmpty else { return }
        try write { database in
            let change = try Query(database, "UPDATE certificates SET signed_by = ? WHERE id = ?")
            for (certificate, signedBy) in signers {
                try change.run([.text(signedBy.rawValue), .integer(certificate)])
            }
        }
    }

    @discardableResult
    package func carryOutImportedRevocations(
        _ certificates: [Int64], run: RunID, at: Timestamp
    ) throws(RotationError) -> Int {
        guard !certificates.isEmpty else { return 0 }
        return try write { database in
            let find = try Query(
                database,
                """
                SELECT d.name, c.fingerprint, c.serial, v.reason FROM revocations v JOIN certificates c ON c.id = v.certificate
                JOIN devices d ON d.id = c.device WHERE v.certificate = ? AND v.pending > 0
                """)
            // A greater id is what tells that a list has to be built anew.
            let change = try Query(
                database,
                """
                UPDATE revocations SET id = (SELECT max(id) + 1 FROM revocations), pending = 0, run = ? WHERE certificate = ?
                """)
            return try audited(database, by: .run(run)) { log in
                var count = 0
                for certificate in certificates {
                    let found = try find.first([.integer(certificate)]) { row in
                        (
                            device: DeviceID(checked: row.text(0)), fingerprint: try row.fingerprint(1),
                            serial: SerialNumber(bytes: row.bytes(2)), reason: row.text(3)
                        )
                    }
                    guard let found else { continue }
                    try change.run([.run(run), .integer(certificate)])
                    count += 1
                    try log.append(.revoked, device: found.device, at: at) { json in
                        json.member("fingerprint", found.fingerprint.hex)
                        json.member("serial", found.serial.hex)
                        json.member("was", CertificateStatus.revoked.rawValue)
                        json.member("revocationReason", found.reason)
                        json.member("cause", "import")
                    }
                }
                return count
            }
        }
    }
}
