import RotationModel

/// Answers requests. The server reads and writes, and knows no route.
package protocol Responder: Sendable {
    /// Called from any task. It answers always: what goes wrong inside is a 5xx.
    func respond(to request: GateRequest, from peer: Peer, at: Timestamp) async -> GateResponse
}
