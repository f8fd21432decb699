import Basics
import RotationModel

/// Answers health and metrics on the operator's socket; everything else is another's.
struct LocalResponder: Responder {
    let metrics: GateMetrics
    /// Why the gate cannot serve; nil where it can.
    let trouble: @Sendable () async -> String?
    let next: any Responder

    func respond(to request: GateRequest, from peer: Peer, at now: Timestamp) async -> GateResponse {
        guard peer.transport == .local, request.path == "/healthz" || request.path == "/metrics" else {
            return await next.respond(to: request, from: peer, at: now)
        }
        guard request.method == "GET" || request.method == "HEAD" else {
            var answer = Problem(405, "bad-request", "only GET and HEAD are for \(request.path)").response()
            answer.headers.append(("allow", "GET, HEAD"))
            return answer
        }
        if request.path == "/metrics" {
            return GateResponse(
                200, headers: [("content-type", OpenMetricsText.contentType)], body: Array(metrics.text().utf8))
        }
        if let trouble = await trouble() { return Problem(503, "unavailable", trouble).response() }
        return GateResponse(
            200, headers: [("content-type", "application/json")], body: Array("{\"status\":\"ok\"}".utf8))
    }
}
