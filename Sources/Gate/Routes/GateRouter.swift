import Delivery
import Fleet
import Intake
import PKI
import RotationModel
import Synchronization

/// Answers devices, and on the local socket brokers: who asks is judged anew each time, by the registry as it stands.
package final class GateRouter: Responder {
    private let rules: Mutex<GateRules>
    private let authorization: DeviceAuthorization
    private let published: PublishedRoutes
    private let handingIn: HandInRoutes
    private let enrollment: EnrollmentRoutes
    private let local: LocalRoutes
    private let retry: RetryAfter
    private let trouble: @Sendable (RotationError) -> Void

    /// - Parameters:
    ///   - delivery: The folder of the delivery tree.
    ///   - trouble: Is told why the gate could not answer, for the operator.
    package init(
        rules: GateRules, inventory: LiveInventory, delivery: String, submissions: any SubmissionSink,
        sightings: (any SightingSink)? = nil, retry: RetryAfter,
        trouble: @escaping @Sendable (RotationError) -> Void = { _ in }
    ) {
        self.rules = Mutex(rules)
        (self.retry, self.trouble) = (retry, trouble)
        authorization = DeviceAuthorization(inventory: inventory, sightings: sightings)
        published = PublishedRoutes(root: delivery)
        handingIn = HandInRoutes(submissions: submissions, retry: retry)
        enrollment = EnrollmentRoutes(inventory: inventory, handingIn: handingIn, retry: retry)
        local = LocalRoutes(authorization: authorization, inventory: inventory)
    }

    /// Later requests go by these.
    package func adopt(_ rules: GateRules) { self.rules.withLock { $0 = rules } }

    package func respond(to request: GateRequest, from peer: Peer, at now: Timestamp) async -> GateResponse {
        let rules = rules.withLock { $0 }
        do {
            if peer.transport == .local { return try local.respond(to: request, rules, at: now) }
            guard let route = Route(path: request.path) else { throw Problem.notFound }
            guard route.methods.contains(request.method) else { return GateRouter.notAllowed(route.methods) }
            return try await respond(to: request, for: route, from: peer, rules, at: now)
        } catch let problem as Problem {
            return problem.response(retryAfter: problem.status == 503 ? retry.repair() : nil)
        } catch {
            trouble((error as? RotationError) ?? RotationError(.io, "\(error)"))
            return Problem.unavailable.response(retryAfter: retry.repair())
        }
    }

    private func respond(
        to request: GateRequest, for route: Route, from peer: Peer, _ rules: GateRules, at now: Timestamp
    ) async throws -> GateResponse {
        switch route {
        case .authorityCertificates: return try enrollment.authorityCertificates(request, rules)
        case .requestAttributes where peer.certificate == nil: return EnrollmentRoutes.noAttributes
        default: break
        }
        let certificate = try await authorization.admit(peer, to: route.kind ?? .est, rules, at: now)
        let visit = Visit(certificate: certificate, peer: peer, at: now)
        switch route {
        case .manifest: return try published.manifest(request, of: certificate.device)
        case .keys: return try published.keys(request)
        case .chain(let name): return try published.chain(request, of: name)
        case .crl(let name): return try published.revocationList(request, name)
        case .csr: return try await handingIn.request(request, of: visit, rules)
        case .ack: return try await handingIn.confirmation(request, of: visit)
        case .enrollment: return try await enrollment.enroll(request, of: visit, rules)
        case .requestAttributes: return try enrollment.attributes(request, of: visit, rules)
        case .authorityCertificates: throw Problem.notFound
        }
    }

    static func notAllowed(_ methods: [String]) -> GateResponse {
        let allowed = methods.joined(separator: ", ")
        var response = Problem(405, "method-not-allowed", "this path has \(allowed) alone").response()
        response.headers.append(("allow", allowed))
        return response
    }
}
