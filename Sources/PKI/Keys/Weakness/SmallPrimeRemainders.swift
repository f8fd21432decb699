/// A large odd number's remainders by the primes from 3 to 251.
struct SmallPrimeRemainders {
    static let primes: [UInt64] = (3..<256).filter { candidate in (2..<candidate).allSatisfy { candidate % $0 != 0 } }

    /// In the order of ``primes``.
    let remainders: [UInt64]

    /// Primes whose product stays below 2^48, so that two more bytes fit into a word beside a remainder.
    private static let groups: [(primes: ArraySlice<UInt64>, product: UInt64)] = {
        var groups: [(primes: ArraySlice<UInt64>, product: UInt64)] = []
        var start = 0
        while start < primes.count {
            var product: UInt64 = 1
            var end = start
            while end < primes.count, product * primes[end] < 1 << 48 {
                product *= primes[end]
                end += 1
            }
            groups.append((primes[start..<end], product))
            start = end
        }
        return groups
    }()

    /// - Parameter magnitude: Big-endian.
    init(of magnitude: ArraySlice<UInt8>) {
        var remainders: [UInt64] = []
        remainders.reserveCapacity(SmallPrimeRemainders.primes.count)
        for (primes, product) in SmallPrimeRemainders.groups {
            // One pass a group instead of one a prime.
            let remainder = magnitude.withUnsafeBufferPointer { bytes in
                var remainder: UInt64 = 0
                var position = 0
                if !bytes.count.isMultiple(of: 2) {
                    remainder = UInt64(bytes[0]) % product
                    position = 1
                }
                while position < bytes.count {
                    remainder = (remainder << 16 | UInt64(bytes[position]) << 8 | UInt64(bytes[position + 1])) % product
                    position += 2
                }
                return remainder
            }
            for prime in primes { remainders.append(remainder % prime) }
        }
        self.remainders = remainders
    }

    /// The smallest of the primes that divides the number; nil where none does.
    var divisor: UInt64? {
        remainders.firstIndex(of: 0).map { SmallPrimeRemainders.primes[$0] }
    }
}
