/// How far a stage is, with its rate and the time left.
package struct ProgressLine {
    let stage: String
    let done: Int
    let total: Int?
    /// How much of it is done, from 0 to 1.
    let share: Double?
    let elapsed: Duration

    /// - Parameter share: Where there is no total, as far as it is known.
    package init(stage: String, done: Int, total: Int?, share: Double? = nil, elapsed: Duration) {
        self.stage = stage
        self.done = done
        self.total = total
        self.share = share
        self.elapsed = elapsed
    }

    private var seconds: Double { elapsed / .seconds(1) }

    /// Things a second since the stage began.
    private var rate: Double { seconds > 0 ? Double(done) / seconds : 0 }

    private var secondsLeft: Double? {
        if let total { return rate > 0 && total > done ? Double(total - done) / rate : nil }
        guard let share, share > 0, share < 1, seconds > 0 else { return nil }
        return seconds * (1 - share) / share
    }

    private var timeLeft: String {
        guard let left = secondsLeft.map({ Int($0) + 1 }) else { return "" }
        return left < 60 ? ", \(left) s left" : ", \(left / 60) min \(left % 60) s left"
    }

    private var counts: String {
        total.map { "\(done) of \($0)" } ?? "\(done)"
    }

    /// `issue: 12000 of 20000, 5100/s, 2 s left`
    package var text: String { "\(stage): \(counts), \(Int(rate))/s\(timeLeft)" }

    /// The same behind a bar of 24 columns.
    package var bar: String {
        guard let filled else { return text }
        return "[\(String(repeating: "█", count: filled))\(String(repeating: "·", count: 24 - filled))] \(text)"
    }

    private var filled: Int? {
        if let total { return total > 0 ? min(24, done * 24 / total) : nil }
        return share.map { max(0, min(24, Int($0 * 24))) }
    }
}
