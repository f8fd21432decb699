import RotationModel

/// What is done about a certificate that expires before its policy's next opening.
package enum OnNoWindow: String, Sendable, CaseIterable {
    /// It is replaced now.
    case replace
    /// It waits, and reports and exit statuses say so.
    case hold
}

/// When a policy's devices may be worked on: in its windows, and not in its freezes.
package struct RolloutSchedule: Hashable, Sendable {
    /// It is open where one of them is; with none it is always open, but for the freezes.
    package let windows: [RolloutWindow]
    package let freezes: [RolloutFreeze]
    package let onNoWindow: OnNoWindow

    package init(windows: [RolloutWindow] = [], freezes: [RolloutFreeze] = [], onNoWindow: OnNoWindow = .hold) {
        self.windows = windows
        self.freezes = freezes
        self.onNoWindow = onNoWindow
    }

    package var isAlwaysOpen: Bool { windows.isEmpty && freezes.isEmpty }

    package func isOpen(at time: Timestamp) -> Bool {
        (windows.isEmpty || windows.contains { $0.isOpen(at: time) }) && !freezes.contains { $0.isActive(at: time) }
    }

    /// The freeze of a time: of several, the one that lasts longest.
    package func freeze(at time: Timestamp) -> RolloutFreeze? {
        freezes.filter { $0.isActive(at: time) }.max { $0.end < $1.end }
    }

    /// The next time, later than the given one, at which it opens: the first second of an opening. Nil where it is open from
    /// then on for ever.
    package func nextOpening(after time: Timestamp) -> Timestamp? { change(toOpen: true, after: time) }

    /// The next time, later than the given one, at which it closes: the first second that is no longer open. Nil where it
    /// never does.
    package func closes(after time: Timestamp) -> Timestamp? { change(toOpen: false, after: time) }

    /// After the last freeze each week is like the other, but for clocks that are put forward over a short window: what does
    /// not change in 16 days never does.
    private func change(toOpen: Bool, after time: Timestamp) -> Timestamp? {
        let horizon = max(time, freezes.map(\.end).max() ?? time) + .days(16)
        var start = time
        while start < horizon {
            // Nothing opens in a freeze, however long it is.
            if toOpen, let freeze = freeze(at: start) { start = freeze.end }
            let end = start + .days(8)
            let next = changes(from: start, until: end).filter { $0 > time }.sorted().first { at in
                isOpen(at: at) == toOpen && isOpen(at: at - TimeSpan(seconds: 1)) != toOpen
            }
            if let next { return next }
            start = end
        }
        return nil
    }

    /// Every time from `start` to `end` at which ``isOpen(at:)`` can change; in no order.
    private func changes(from start: Timestamp, until end: Timestamp) -> [Timestamp] {
        (windows.flatMap { $0.changes(from: start, until: end) } + freezes.flatMap { [$0.start, $0.end] })
            .filter { start <= $0 && $0 <= end }
    }
}

/// Why a policy's devices are not worked on at a time, and until when.
package struct RolloutClosure: Hashable, Sendable {
    /// `window` or `freeze`, with the sentence.
    package let reason: Reason
    /// When it opens next.
    package let until: Timestamp?
}

extension RolloutSchedule {
    /// What closes it at a time, or nil where it is open.
    package func closure(at time: Timestamp) -> RolloutClosure? {
        guard !isOpen(at: time) else { return nil }
        let until = nextOpening(after: time)
        let end = until.map { "it may go on at \($0)" } ?? "it never opens again"
        if let freeze = freeze(at: time) {
            return RolloutClosure(reason: Reason(.freeze, "held by the \(freeze); \(end)"), until: until)
        }
        let named = windows.prefix(3).map(\.description).joined(separator: "; ") + (windows.count > 3 ? "; …" : "")
        return RolloutClosure(reason: Reason(.window, "outside its windows (\(named)); \(end)"), until: until)
    }

    /// The longest time that freezes take without a gap between them; nil where there is none.
    func longestFreeze() -> (start: Timestamp, end: Timestamp)? {
        var longest: (start: Timestamp, end: Timestamp)?
        var current: (start: Timestamp, end: Timestamp)?
        for freeze in freezes.sorted(by: { $0.start < $1.start }) {
            if let known = current, freeze.start <= known.end {
                current = (known.start, max(known.end, freeze.end))
            } else {
                current = (freeze.start, freeze.end)
            }
            if let found = current, longest.map({ found.end - found.start > $0.end - $0.start }) ?? true {
                longest = found
            }
        }
        return longest
    }
}
