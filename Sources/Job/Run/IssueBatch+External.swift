import Fleet
import Issuing
import PKI
import Planning
import Policy
import RotationModel
import System

extension IssueBatch {
    /// Asks an external issuer for the certificates of the batch. On a thread that may wait.
    ///
    /// - Returns: a result for each reservation, and why nothing more can be asked, if so.
    /// - Throws: ``RotationError/Code/cryptography`` where one certificate is not what was ordered: then none of the batch is taken.
    func ask(
        _ authority: ExternalIssuer, for reserved: [Reservation], _ labels: [Int64: [String: String]]
    ) async throws -> (results: [Result<CheckedCertificate, RotationError>], failure: RotationError?) {
        let orders = reserved.map { reservation in
            Result { () throws(RotationError) in try order(of: authority, for: reservation, labels) }
        }
        let check = try AnswerCheck(authority: authority.certificate, chain: authority.chain, profile: template())
        var issued = try await withTaskExecutorPreference(BlockingThreads.shared) {
            try await authority.issue(orders.compactMap { try? $0.get() }, check: check)
        }
        if let failure = issued.failure, failure.code == .cryptography { throw failure }
        try refuseUsedSerials(&issued, of: authority)
        var answers = issued.results.makeIterator()
        let results = orders.map { order in
            order.flatMap { order in
                (answers.next() ?? nil)
                    ?? .failure(
                        RotationError(
                            .keyUnavailable, "the authority \(authority.name) was not asked",
                            at: "device \(order.device)",
                            advice: "the next run asks it"))
            }
        }
        return (results, issued.failure)
    }

    private func order(
        of authority: ExternalIssuer, for reservation: Reservation, _ labels: [Int64: [String: String]]
    ) throws(RotationError) -> IssuerOrder {
        let decision = rows[reservation.index].decision
        let (subject, certificate) = try order(for: reservation, by: authority.certificate, labels)
        return IssuerOrder(
            device: decision.device, account: decision.account, rotation: reservation.rotation,
            replaces: reservation.replaces.fingerprint, csr: reservation.csr, subject: subject, profile: policy.profile,
            certificate: certificate)
    }

    /// One serial number names one certificate (RFC 5280, 4.1.2.2): a CRL could not tell two apart.
    private func refuseUsedSerials(
        _ issued: inout ExternalIssuer.Issued, of authority: ExternalIssuer
    ) throws {
        let serials = issued.results.map { try? $0?.get().certificate.serialNumber }
        var used = try run.inventory.serialsInUse(
            Set(serials.compactMap(\.self)), issuer: authority.certificate.subject.text)
        for (place, serial) in serials.enumerated() {
            guard let serial, !used.insert(serial).inserted else { continue }
            let error = RotationError(
                .keyUnavailable, "its issuer gave out the serial number \(serial), which another certificate has",
                at: "authority \(authority.name)",
                advice: "it was not recorded; have the authority's serial numbers looked after")
            issued.results[place] = .failure(error)
            issued.failure = issued.failure ?? error
        }
    }
}
