import Dispatch
import Glibc

/// Signals that a service is told things by.
package enum ServiceSignal: CaseIterable, Sendable {
    /// Read the configuration's files again (SIGHUP).
    case reload
    /// End (SIGTERM, SIGINT).
    case end

    private var numbers: [CInt] {
        switch self {
        case .reload: [SIGHUP]
        case .end: [SIGTERM, SIGINT]
        }
    }

    /// The signals as they come, from the call on: none of them ends the process any more by itself.
    package static func stream() -> AsyncStream<ServiceSignal> {
        AsyncStream { continuation in
            var sources: [any DispatchSourceSignal] = []
            for kind in ServiceSignal.allCases {
                for number in kind.numbers {
                    signal(number, SIG_IGN)
                    let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
                    source.setEventHandler { continuation.yield(kind) }
                    source.resume()
                    sources.append(source)
                }
            }
            // Sources of Dispatch may be cancelled by any thread; its Swift declarations on Linux do not say so.
            nonisolated(unsafe) let kept = sources
            continuation.onTermination = { _ in for source in kept { source.cancel() } }
        }
    }
}
