import Glibc
import Synchronization

/// The signals that ask a command to end: SIGTERM and SIGINT. The first is noted, for who asks between two steps of his work; a second one ends
/// the process at once.
package enum StopSignals {
    /// The number of the first; zero before it came.
    private static let received = Atomic<CInt>(0)

    /// From here on the first one is noted.
    package static func note() {
        // A handler may not be what makes it.
        _ = received.load(ordering: .relaxed)
        for number in [SIGTERM, SIGINT] {
            signal(number) { number in
                let isSecond = StopSignals.received.exchange(number, ordering: .relaxed) != 0
                signal(SIGTERM, SIG_DFL)
                signal(SIGINT, SIG_DFL)
                // One that came before the first was handled; it takes effect when this handler returns.
                if isSecond { raise(number) }
            }
        }
    }

    /// The one that came, by its name; nil where none did.
    package static var name: String? {
        switch received.load(ordering: .relaxed) {
        case 0: nil
        case SIGINT: "SIGINT"
        default: "SIGTERM"
        }
    }
}
