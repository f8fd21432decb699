import Delivery
import Fleet
import Intake
import PKI
import RotationModel

/// Takes what devices hand in, and says so once it is durable.
struct HandInRoutes: Sendable {
    let submissions: any SubmissionSink
    let retry: RetryAfter

    func request(_ request: GateRequest, of visit: Visit, _ rules: GateRules) async throws -> GateResponse {
        let csr = try RequestBody.read(request, authorities: rules.authorities)
        try await submit(.csr, csr.der, of: visit)
        return accepted()
    }

    func confirmation(_ request: GateRequest, of visit: Visit) async throws -> GateResponse {
        try MediaType.require("application/jose", of: request)
        try MediaType.limit(request, to: Inbox.largestConfirmation)
        do throws(ConfirmationRefusal) {
            try ConfirmationReader.screen(request.body)
        } catch {
            throw Problem(400, error.code.rawValue, error.text)
        }
        try await submit(.ack, request.body, of: visit)
        return accepted()
    }

    func submit(_ kind: HandedIn.Kind, _ bytes: [UInt8], of visit: Visit) async throws(RotationError) {
        let certificate = visit.certificate
        try await submissions.submit(
            HandedIn(
                kind: kind, device: certificate.device, account: certificate.account,
                certificate: certificate.fingerprint,
                at: visit.at, via: visit.peer.transport, bytes: bytes))
    }

    /// Its answer is there after a run (RFC 9110, 15.3.3; RFC 7030, 4.2.3).
    func accepted() -> GateResponse {
        GateResponse(202, headers: [("retry-after", String(retry.answer()))])
    }
}
