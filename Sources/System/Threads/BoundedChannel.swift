import Synchronization

/// Hands values from one task to another, in order. Who sends waits while as many lie in it as there is room for, so that the slower end
/// sets the pace of both.
///
/// Each end is one task's. When either goes, the other learns of it at its next call, and never waits for ever: a receiver gets what
/// lies there still, a sender's values are taken by nobody.
package final class BoundedChannel<Element: Sendable>: Sendable {
    private enum End {
        case sender, receiver
    }

    private struct State {
        var elements: [Element] = []
        var isFinished = false
        var isClosed = false
        /// Who waits at an end.
        var waiting: [End: CheckedContinuation<Void, Never>] = [:]
    }
    private let state = Mutex(State())
    private let room: Int

    /// - Parameter room: how many values may lie in it; at least 1.
    package init(room: Int) { self.room = max(1, room) }

    /// - Returns: false where nobody receives any more: the value is lost.
    package func send(_ element: Element) async -> Bool {
        while true {
            let sent: Bool? = state.withLock { state in
                if state.isClosed { return false }
                guard state.elements.count < room else { return nil }
                state.elements.append(element)
                return true
            }
            if let sent {
                if sent { wake(.receiver) }
                return sent
            }
            await wait(.sender) { $0.isClosed || $0.elements.count < self.room }
        }
    }

    /// The next value; nil once the sender has finished and all was taken.
    package func receive() async -> Element? {
        while true {
            let (received, isOver) = state.withLock { state -> (Element?, Bool) in
                if state.elements.isEmpty { return (nil, state.isFinished) }
                return (state.elements.removeFirst(), false)
            }
            if let received {
                wake(.sender)
                return received
            }
            if isOver { return nil }
            await wait(.receiver) { $0.isFinished || !$0.elements.isEmpty }
        }
    }

    /// Says that nothing more is sent.
    package func finish() {
        state.withLock { $0.isFinished = true }
        wake(.receiver)
    }

    /// Says that nothing more is received.
    package func close() {
        state.withLock { $0.isClosed = true }
        wake(.sender)
    }

    /// Waits until it is woken, unless what it waits for is so already.
    private func wait(
        _ end: End, unless isReady: @Sendable (borrowing State) -> Bool
    ) async {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                if isReady(state) { return true }
                state.waiting[end] = continuation
                return false
            }
            if isOver { continuation.resume() }
        }
    }

    private func wake(_ end: End) {
        state.withLock { $0.waiting.removeValue(forKey: end) }?.resume()
    }
}
