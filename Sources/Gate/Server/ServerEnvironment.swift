import NIOCore
import PKI
import RotationModel

/// What all connections of a server share.
struct ServerEnvironment: Sendable {
    let limits: ServerLimits
    let responder: any Responder
    let metrics: GateMetrics
    let log: LogWriter
    let clock: any WallClock
    let registry: ConnectionRegistry
    let devices: RateLimiter<Fingerprint>
    let strangers: RateLimiter<AddressKey>

    /// Of a clock that never goes back, in nanoseconds.
    var monotonic: Int64 { Int64(clamping: NIODeadline.now().uptimeNanoseconds) }

    /// Takes one of a device's requests, or of a stranger's.
    ///
    /// - Returns: What to answer where there are too many.
    func limit(_ fingerprint: Fingerprint?, _ address: String) -> GateResponse? {
        let wait: Int64?
        let what: String
        if let fingerprint {
            wait = devices.take(fingerprint, now: monotonic)
            what = "requests with this certificate"
        } else {
            wait = strangers.take(AddressKey(address), now: monotonic)
            what = "requests without a certificate from this address"
        }
        return wait.map {
            Problem(429, "too-many-requests", "there are too many \(what)")
                .response(retryAfter: RateWait.seconds($0))
        }
    }

    func record(_ record: AccessRecord) {
        metrics.countRequest(path: record.path, status: record.status, duration: record.nanoseconds)
        if let refusal = record.refusal { metrics.countRefusal(refusal) }
        if !log.write(record.line) { metrics.countLostLogLine() }
    }
}
