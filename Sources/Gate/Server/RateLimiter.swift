import Synchronization

/// A token bucket for each of many keys: what came too often is told when to come again.
///
/// It remembers only keys that were here lately. Two generations: a key that was not seen for a whole generation has a full bucket again, so
/// that forgetting it changes nothing.
final class RateLimiter<Key: Hashable & Sendable>: Sendable {
    private let rate: Rate
    /// Of one token, and of a full bucket, in nanoseconds.
    private let (cost, room): (Int64, Int64)

    private struct Buckets {
        /// When each key's bucket is full again (the *theoretical arrival time* of the generic cell rate algorithm).
        var young: [Key: Int64] = [:]
        var old: [Key: Int64] = [:]
        var turned: Int64 = .min
    }

    private let buckets = Mutex(Buckets())

    init(_ rate: Rate) {
        self.rate = rate
        room = max(1, rate.per.wholeNanoseconds)
        cost = max(1, room / Int64(rate.count))
    }

    /// Takes a token.
    ///
    /// - Parameter now: Of a clock that never goes back, in nanoseconds.
    /// - Returns: Nil where there was one; else after how many nanoseconds there will be.
    func take(_ key: Key, now: Int64) -> Int64? {
        buckets.withLock { buckets in
            if buckets.turned == .min {
                buckets.turned = now
            } else if now - buckets.turned >= room {
                buckets.old = now - buckets.turned >= 2 * room ? [:] : buckets.young
                buckets.young = [:]
                buckets.turned = now
            }
            let full = max(now, buckets.young[key] ?? buckets.old[key] ?? now)
            let wait = full + cost - now - room
            guard wait <= 0 else {
                buckets.young[key] = full
                return wait
            }
            buckets.young[key] = full + cost
            return nil
        }
    }

    /// How many keys are remembered.
    var count: Int { buckets.withLock { $0.young.count + $0.old.count } }
}

/// After how many seconds a client is told to come again.
enum RateWait {
    /// Clients give up beyond it.
    static let most = 600

    /// Whole seconds, at least one, with up to a quarter more, so that many do not come at once.
    static func seconds(_ nanoseconds: Int64, jitter: Double = .random(in: 0..<1)) -> Int {
        let wait = max(1, Double(nanoseconds) / 1e9)
        return min(most, Int((wait * (1 + jitter / 4)).rounded(.up)))
    }
}

extension Duration {
    /// Cut off where there are more than 64 bits hold.
    var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? .max : whole &+ attoseconds / 1_000_000_000
    }
}
