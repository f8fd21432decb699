/// How far a stage is, with its rate and the time left.
package struct ProgressLine {
    let stage: String
    let done: Int
    let total: Int?
    let elapsed: Duration

    package init(stage: String, done: Int, total: Int?, elapsed: Duration) {
        self.stage = stage
        self.done = done
        self.total = total
        self.elapsed = elapsed
    }

    /// Things a second since the stage began.
    private var rate: Double {
        let seconds = elapsed / .seconds(1)
        return seconds > 0 ? Double(done) / seconds : 0
    }

    private var timeLeft: String {
        guard let total, rate > 0, total > done else { return "" }
        let seconds = Int(Double(total - done) / rate) + 1
        return seconds < 60 ? ", \(seconds) s left" : ", \(seconds / 60) min \(seconds % 60) s left"
    }

    private var counts: String {
        total.map { "\(done) of \($0)" } ?? "\(done)"
    }

    /// `issue: 12000 of 20000, 5100/s, 2 s left`
    package var text: String { "\(stage): \(counts), \(Int(rate))/s\(timeLeft)" }

    /// The same behind a bar of 24 columns.
    package var bar: String {
        guard let total, total > 0 else { return text }
        let filled = min(24, done * 24 / total)
        return "[\(String(repeating: "█", count: filled))\(String(repeating: "·", count: 24 - filled))] \(text)"
    }
}
