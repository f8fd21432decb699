import Basics
import Synchronization

/// What the gate counts. Everything is bounded: no label holds what a stranger wrote.
package final class GateMetrics: Sendable {
    private struct State {
        var counters: [Series: UInt64] = [:]
        var latency = Histogram()
        var gauges: [Gauge] = []
    }

    private struct Series: Hashable {
        let counter: Counter
        let labels: [String]
    }

    private let state = Mutex(State())

    package init() {}

    // MARK: Counting

    /// - Parameter version: `TLSv1.2`, `TLSv1.3`; empty where the handshake did not come so far.
    /// - Parameter outcome: `certificate`, `no-certificate`, `timeout`, or a reason of ``PKI/TLSFailure``.
    package func countHandshake(version: String, outcome: String) { count(.handshakes, [version, outcome]) }

    /// - Parameter code: Of a ``Problem``.
    package func countRefusal(_ code: String) { count(.refusals, [code]) }

    /// - Parameter duration: From the end of the request's headers to the answer, in nanoseconds.
    package func countRequest(path: String, status: Int, duration: Int64) {
        let series = Series(counter: .requests, labels: [RouteLabel.of(path), String(status)])
        state.withLock { state in
            state.counters[series, default: 0] += 1
            state.latency.add(Double(duration) / 1e9)
        }
    }

    package func countTurnedAway(_ reason: TurnedAway) { count(.turnedAway, [reason.rawValue]) }
    package func countReload(isDone: Bool) { count(.reloads, [isDone ? "done" : "failed"]) }
    package func countLostLogLine() { count(.lostLogLines, []) }

    /// Why a connection was closed before a request.
    package enum TurnedAway: String, Sendable {
        /// All that the limit allows are being answered.
        case full
        /// Another one needed its place.
        case evicted
    }

    private func count(_ counter: Counter, _ labels: [String]) {
        state.withLock { $0.counters[Series(counter: counter, labels: labels), default: 0] += 1 }
    }

    // MARK: Gauges

    /// A number that is asked for when it is looked at.
    package struct Gauge: Sendable {
        /// With the unit at its end, as in `rotation_gate_spool_age_seconds`.
        let name: String
        let unit: String
        let help: String
        let read: @Sendable () -> [(labels: [(name: String, value: String)], value: Double)]
    }

    /// - Parameters:
    ///   - unit: The last word of the name where the number has one: `seconds`, `bytes`. Empty where it has none.
    ///   - read: Fast, from any thread; nil where there is nothing to say now.
    package func register(
        gauge name: String, unit: String = "", help: String, _ read: @escaping @Sendable () -> Double?
    ) {
        register(gauge: name, unit: unit, help: help) {
            () -> [(labels: [(name: String, value: String)], value: Double)] in
            read().map { [(labels: [], value: $0)] } ?? []
        }
    }

    /// With labels.
    package func register(
        gauge name: String, unit: String = "", help: String,
        _ read: @escaping @Sendable () -> [(labels: [(name: String, value: String)], value: Double)]
    ) {
        state.withLock { $0.gauges.append(Gauge(name: name, unit: unit, help: help, read: read)) }
    }

    // MARK: Writing

    /// OpenMetrics 1.0.
    package func text() -> String {
        let (counters, latency, gauges) = state.withLock { ($0.counters, $0.latency, $0.gauges) }
        var text = OpenMetricsText()
        for counter in Counter.allCases {
            text.begin(counter.family, type: "counter", help: counter.help)
            let series = counters.filter { $0.key.counter == counter }
                .sorted { $0.key.labels.lexicographicallyPrecedes($1.key.labels) }
            for (key, value) in series {
                text.sample(
                    counter.family + "_total", zip(counter.labels, key.labels).map { ($0, $1) }, String(value))
            }
        }
        latency.write("rotation_gate_request_duration_seconds", to: &text)
        for gauge in gauges {
            text.begin(gauge.name, type: "gauge", unit: gauge.unit, help: gauge.help)
            for (labels, value) in gauge.read() { text.sample(gauge.name, labels, OpenMetricsText.number(value)) }
        }
        return text.ended()
    }
}

/// The families of counters.
private enum Counter: CaseIterable, Hashable {
    case handshakes, refusals, requests, turnedAway, reloads, lostLogLines

    var family: String {
        switch self {
        case .handshakes: "rotation_gate_handshakes"
        case .refusals: "rotation_gate_refusals"
        case .requests: "rotation_gate_requests"
        case .turnedAway: "rotation_gate_connections_turned_away"
        case .reloads: "rotation_gate_certificate_reloads"
        case .lostLogLines: "rotation_gate_lost_log_lines"
        }
    }

    var labels: [String] {
        switch self {
        case .handshakes: ["version", "outcome"]
        case .refusals: ["code"]
        case .requests: ["route", "status"]
        case .turnedAway: ["reason"]
        case .reloads: ["outcome"]
        case .lostLogLines: []
        }
    }

    var help: String {
        switch self {
        case .handshakes: "TLS handshakes by version and by how they ended"
        case .refusals: "Requests that were refused, by the code of the answer"
        case .requests: "Requests by route and by status of the answer"
        case .turnedAway: "Connections that were closed before a request because of the limit"
        case .reloads: "Readings of the server's certificates after the first"
        case .lostLogLines: "Lines of the access log that nobody took in time"
        }
    }
}
