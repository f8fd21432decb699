/// The mark that a flawed library of a chip maker left on its RSA keys (CVE-2017-15361: M. Nemec et al., "The Return of
/// Coppersmith's Attack", CCS 2017), which makes them factorable.
///
/// Its primes are k * M + (65537^a mod M), where M is the product of the first primes, so a modulus is a power of 65537 modulo M too.
enum ROCAFingerprint {
    /// The discrete logarithms to the base 65537 modulo one prime.
    private struct Logarithms {
        /// By the remainder; nil where it is no power of 65537.
        let exponents: [Int?]
        /// Of 65537 in the multiplicative group: how many powers there are.
        let order: Int

        init(modulo prime: UInt64) {
            var exponents = [Int?](repeating: nil, count: Int(prime))
            var (power, order): (UInt64, Int) = (1, 0)
            repeat {
                exponents[Int(power)] = order
                power = power * 65_537 % prime
                order += 1
            } while power != 1
            (self.exponents, self.order) = (exponents, order)
        }
    }

    /// For the primes to 167, whose product is the M of the shortest keys, and a divisor of every other M.
    private static let tables = SmallPrimeRemainders.primes.prefix { $0 <= 167 }.map(Logarithms.init)

    /// Whether one power of 65537 has all the remainders. By chance a modulus passes once in 2^150; each prime looked at for itself,
    /// once in 2^28, which in a large fleet would hit someone.
    static func matches(_ modulus: SmallPrimeRemainders) -> Bool {
        var logarithms: [(exponent: Int, order: Int)] = []
        for (table, remainder) in zip(tables, modulus.remainders) {
            guard let exponent = table.exponents[Int(remainder)] else { return false }
            logarithms.append((exponent, table.order))
        }
        // By the Chinese remainder theorem one exponent fits all when each two agree modulo what their orders have in common.
        for (number, first) in logarithms.enumerated() {
            for second in logarithms[..<number] {
                let common = greatestCommonDivisor(first.order, second.order)
                if (first.exponent - second.exponent) % common != 0 { return false }
            }
        }
        return true
    }

    private static func greatestCommonDivisor(_ first: Int, _ second: Int) -> Int {
        second == 0 ? first : greatestCommonDivisor(second, first % second)
    }
}
