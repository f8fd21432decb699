import RotationModel
import Synchronization
import System

extension StopRequest {
    /// What SIGTERM and SIGINT ask for, from here on. It is told when the first is noticed.
    static func bySignals(_ observer: any RunObserver) -> StopRequest {
        StopSignals.note()
        let teller = Teller(observer)
        return StopRequest {
            guard let name = StopSignals.name else { return false }
            teller.tell(name)
            return true
        }
    }

    private final class Teller: Sendable {
        private let observer: any RunObserver
        private let isTold = Atomic(false)

        init(_ observer: any RunObserver) { self.observer = observer }

        func tell(_ name: String) {
            guard !isTold.exchange(true, ordering: .relaxed) else { return }
            observer.warn(
                "\(name): ends after the batch under way, and reports; the next run does the rest. A second signal ends it at once"
            )
        }
    }
}
