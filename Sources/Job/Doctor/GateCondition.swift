import System

/// The network gate, where the workspace has one.
struct GateCondition: Condition {
    enum Answer: Equatable {
        /// Its health, as it says it.
        case healthy, unhealthy(String)
        case silent(String)
        case unable
    }

    /// Where it was asked; nil where there is no gate, or nowhere to ask it.
    let place: String?
    let answer: Answer

    var findings: [Finding] {
        guard let place else { return [] }
        switch answer {
        case .healthy: return []
        case .unable: return [WebProgram.missing(place)]
        case .unhealthy(let said):
            return [
                Finding("gate-unhealthy", at: place, "the gate answers: \(said)", remedy: "journalctl -u rotation-gate")
            ]
        case .silent(let why):
            return [
                Finding(
                    "gate-unreachable", at: place, "the gate does not answer: \(why)",
                    remedy:
                        "systemctl enable --now rotation-gate.service; `rotation-gate --check` says what is wrong with its configuration"
                )
            ]
        }
    }
}

extension GateCondition {
    /// Looks: asks for its health where it has a socket for the operator, else whether anybody answers for devices.
    init(_ workspace: Workspace) {
        let gate = workspace.configuration.gate
        if let socket = gate?.local {
            place = socket
            switch WebProgram.get("http://gate/healthz", socket: socket, failing: false) {
            case .page(let body):
                let text = String(decoding: body.prefix(400), as: UTF8.self)
                answer = text.contains(#""status":"ok""#) ? .healthy : .unhealthy(text)
            case .failure(let why): answer = .silent(why)
            case .unable: answer = .unable
            }
        } else if let listen = gate?.listen.first(where: { $0.port != 0 }) {
            // An address that stands for all of them is this machine's.
            let host = ["0.0.0.0": "127.0.0.1", "::": "::1"][listen.host] ?? listen.host
            let shown = host.contains(":") ? "[\(host)]" : host
            place = "\(shown):\(listen.port)"
            switch WebProgram.get("https://\(shown):\(listen.port)/v1/manifest", failing: false) {
            case .page: answer = .healthy
            case .failure(let why): answer = .silent(why)
            case .unable: answer = .unable
            }
        } else {
            (place, answer) = (nil, .healthy)
        }
    }
}

extension WebProgram {
    static func missing(_ place: String) -> Finding {
        Finding(
            "no-curl", at: place, "whether it answers cannot be looked at: there is no curl",
            remedy: "apt-get install curl")
    }
}
