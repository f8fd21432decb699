import Synchronization

/// When a client is to come again (RFC 9110, 10.2.3): not all at once, and never later than EST clients are ready to wait.
package final class RetryAfter: Sendable {
    /// In seconds. Clients of EST give up beyond it.
    package static let longest = 600

    private let answers: ClosedRange<Int>
    private let generator: Mutex<any RandomNumberGenerator & Sendable>

    /// - Parameters:
    ///   - answers: In how many seconds an answer may be there to what was handed in; of 1 to ``longest``.
    ///   - generator: Spreads the clients.
    package init(answers: ClosedRange<Int> = 300...600, generator: any RandomNumberGenerator & Sendable) {
        let least = min(max(answers.lowerBound, 1), RetryAfter.longest)
        self.answers = least...max(least, min(answers.upperBound, RetryAfter.longest))
        self.generator = Mutex(generator)
    }

    /// For what a run has to answer.
    func answer() -> Int { pick(answers) }

    /// For what the gate could not do just now.
    func repair() -> Int { pick(5...30) }

    private func pick(_ range: ClosedRange<Int>) -> Int {
        generator.withLock { Int.random(in: range, using: &$0) }
    }
}
