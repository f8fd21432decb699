import GRDB
import RotationModel

/// The certificates whose keys may, or may not, speak for a device in a signed request.
package struct RequestSigners: Sendable {
    package struct Signer: Sendable {
        package let row: Int64
        package let fingerprint: Fingerprint
        package let status: CertificateStatus
        package let notBefore: Timestamp
        package let notAfter: Timestamp
        package let der: [UInt8]
    }

    package let device: DeviceID
    /// The `ACTIVE` certificate that is the current one: its key alone speaks for the device. Nil where none is `ACTIVE`.
    package let current: Signer?
    /// The device's others, of any status.
    package let others: [Signer]
}

extension PlanningSnapshot {
    /// Nil where the inventory does not have the device.
    ///
    /// - Parameter confirmed: `PENDING_ACTIVATION` certificates that count as `ACTIVE`, by row.
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
                SELECT \(PlanningSnapshot.certificateColumns), b.der FROM certificates c
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

extension RequestSigners.Signer {
    fileprivate init(_ certificate: PlanningCertificate, _ der: [UInt8]) {
        self.init(
            row: certificate.row, fingerprint: certificate.fingerprint, status: certificate.status,
            notBefore: certificate.notBefore, notAfter: certificate.notAfter, der: der)
    }
}
