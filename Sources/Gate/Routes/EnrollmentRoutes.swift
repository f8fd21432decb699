import Fleet
import PKI
import Policy
import RotationModel

/// Enrolment over secure transport (RFC 7030, RFC 8951), for clients that know nothing of the batch job behind it.
struct EnrollmentRoutes: Sendable {
    let inventory: LiveInventory
    let handingIn: HandInRoutes
    let retry: RetryAfter
    private let submitted = SubmittedRequests()

    init(inventory: LiveInventory, handingIn: HandInRoutes, retry: RetryAfter) {
        (self.inventory, self.handingIn, self.retry) = (inventory, handingIn, retry)
    }

    /// The authorities' certificates and those above them (RFC 7030, 4.1.3).
    func authorityCertificates(_ request: GateRequest, _ rules: GateRules) throws(Problem) -> GateResponse {
        guard !rules.authorityCertificates.isEmpty else { throw Problem.notFound }
        return EnrollmentAnswer.certificates(
            rules.authorityCertificates.map(\.der), type: "application/pkcs7-mime", for: request)
    }

    /// Nothing is asked of a CSR (RFC 7030, 4.5.2).
    static let noAttributes = GateResponse(204)

    /// Which key the device is to make, where its policy leaves no choice.
    func attributes(
        _ request: GateRequest, of visit: Visit, _ rules: GateRules
    ) throws(RotationError) -> GateResponse {
        let device = visit.certificate
        let current = try inventory.read(at: visit.at) { try $0.currentCertificate(ofDevice: device.deviceRow) }
        let admission = Admission(policies: rules.policies, authorities: rules.authorities)
        guard let keys = current.flatMap({ admission.policy(for: device, $0) })?.profile.keys, keys.count == 1,
            let attributes = CSRAttributes.encode(wanting: keys[0].algorithm)
        else { return EnrollmentRoutes.noAttributes }
        return EnrollmentAnswer.response(attributes, type: "application/csrattrs", for: request)
    }

    // MARK: Enrolling

    private enum Standing {
        case issued([UInt8])
        /// A run has it, or will find it.
        case waiting
        /// `code: sentence`.
        case refused(String)
        /// Nothing is known of it. The last audit entry before it is submitted.
        case new(auditEntry: Int64)
    }

    /// The certificate for the CSR's key, once a run has issued it; until then 202. The CSR is submitted once.
    func enroll(_ request: GateRequest, of visit: Visit, _ rules: GateRules) async throws -> GateResponse {
        let csr = try RequestBody.read(request, authorities: rules.authorities)
        let device = visit.certificate.device
        let key = csr.publicKey.identity
        switch try standing(of: key, visit) {
        case .issued(let der):
            submitted.forget(device, key)
            return EnrollmentAnswer.certificates(
                [der], type: "application/pkcs7-mime; smime-type=certs-only", for: request)
        case .waiting: return handingIn.accepted()
        case .refused(let reason):
            // What it was refused for may have been mended: the next one is submitted anew.
            submitted.forget(device, key)
            throw Problem(refused: reason)
        case .new(let auditEntry):
            try await handingIn.submit(.csr, csr.der, of: visit)
            submitted.note(device, key, auditEntry: auditEntry, at: visit.at)
            return handingIn.accepted()
        }
    }

    private func standing(of key: KeyIdentity, _ visit: Visit) throws(RotationError) -> Standing {
        let shown = visit.certificate
        let entry = submitted.entry(of: shown.device, key, at: visit.at)
        return try inventory.read(at: visit.at) { view in
            let issued = try view.issuedCertificate(toDevice: shown.deviceRow, forKey: key, after: shown.row)
            if let issued, issued.notAfter >= visit.at { return .issued(issued.der) }
            if try view.isRequestWaiting(ofDevice: shown.deviceRow, withKey: key) { return .waiting }
            guard let entry else { return .new(auditEntry: try view.newestAuditEntry()) }
            return try view.requestRefusal(of: shown.device, afterEntry: entry.auditEntry).map { .refused($0) }
                ?? .waiting
        }
    }
}

extension Problem {
    /// - Parameter reason: As the registry keeps it: `code: sentence`.
    fileprivate init(refused reason: String) {
        let parts = reason.split(separator: ":", maxSplits: 1)
        let code = parts.first.map(String.init) ?? ""
        let isCode = !code.isEmpty && code.utf8.allSatisfy { $0 == UInt8(ascii: "-") || (0x61...0x7A).contains($0) }
        guard parts.count == 2, isCode else {
            self.init(400, "refused", reason)
            return
        }
        self.init(code == "conflicting-requests" ? 409 : 400, code, String(parts[1].drop { $0 == " " }))
    }
}
