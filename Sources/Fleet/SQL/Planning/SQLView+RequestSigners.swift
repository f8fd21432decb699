import RotationModel

extension SQLView {
    package func requestSigners(
        _ id: DeviceID, confirmed: Set<Int64> = []
    ) throws(RotationError) -> RequestSigners? {
        try guarded {
            guard
                let device = try Query(database, "SELECT id FROM devices WHERE name = ?")
                    .first([.text(id.text)], { $0.integer(0) })
            else { return nil }
            var found: [(certificate: PlanningCertificate, der: [UInt8])] = []
            try Query(
                database,
                """
                SELECT \(SQLView.certificateColumns), b.der FROM certificates c
                JOIN certificate_bodies b ON b.certificate = c.id WHERE c.device = ? ORDER BY c.id
                """
            ).forEach([.integer(device)]) { found.append((try certificate($0), $0.bytes(PlanningGroup.firstColumn))) }
            let active = found.filter {
                $0.certificate.status == .active || confirmed.contains($0.certificate.row)
            }
            let current = active.min { PlanningCertificate.isBefore($0.certificate, $1.certificate) }
            return RequestSigners(
                device: id, current: current.map { RequestSigners.Signer($0.certificate, $0.der) },
                others: found.filter { $0.certificate.row != current?.certificate.row }
                    .map { RequestSigners.Signer($0.certificate, $0.der) })
        }
    }
}
