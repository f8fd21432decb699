import RotationModel

/// Finds RSA moduli that have a prime in common: whoever has two of them takes both apart with one greatest common divisor.
///
/// Devices make such keys that have too little randomness when they first start (Heninger and others, "Mining Your Ps and Qs", 2012).
package enum SharedPrimes {
    /// A prime that several moduli have.
    package struct Finding: Sendable, Equatable {
        /// Big-endian, no leading zeros.
        package let prime: [UInt8]
        /// The places of the moduli in what was searched, ascending; two or more.
        package let moduli: [Int]
    }

    /// How long a product of moduli may grow: its product with another as long must be one that OpenSSL holds.
    static let longestProduct = BigNumber.longest / 2 - 1024

    /// - Parameters:
    ///   - moduli: Big-endian, positive, each once.
    ///   - longestProduct: Where their product is longer, they are searched part by part, each part with each other.
    ///   - progress: Is told which share of the work is done, from 0 to 1.
    /// - Throws: ``RotationError/Code/cryptography`` where the memory does not suffice.
    package static func find(
        in moduli: [[UInt8]], progress: (_ share: Double) -> Void = { _ in }
    ) throws(RotationError) -> [Finding] {
        try find(in: moduli, longestProduct: longestProduct, progress: progress)
    }

    static func find(
        in moduli: [[UInt8]], longestProduct: Int, progress: (_ share: Double) -> Void
    ) throws(RotationError) -> [Finding] {
        let passes = passes(over: moduli.map { $0.count * 8 }, longestProduct: longestProduct)
        var divisors: [Int: [BigNumber]] = [:]
        for (done, pass) in passes.enumerated() {
            let share = { (part: Double) in progress((Double(done) + part) / Double(passes.count)) }
            for found in try SharedDivisors.find(in: pass.map { moduli[$0] }, progress: share) {
                divisors[pass[found.place], default: []].append(found.divisor)
            }
        }
        return try findings(divisors, moduli)
    }

    /// What is searched at once: everything, or each part together with each other.
    private static func passes(over bits: [Int], longestProduct: Int) -> [[Int]] {
        guard bits.count > 1 else { return [] }
        if bits.reduce(0, +) <= longestProduct { return [Array(bits.indices)] }
        var parts: [[Int]] = [[]]
        var length = 0
        for (place, bits) in bits.enumerated() {
            if length + bits > longestProduct / 2, length > 0 {
                parts.append([])
                length = 0
            }
            parts[parts.count - 1].append(place)
            length += bits
        }
        return parts.indices.flatMap { first in parts.indices.dropFirst(first + 1).map { parts[first] + parts[$0] } }
    }

    /// - Parameter divisors: What each modulus has in common with the others, by its place.
    private static func findings(
        _ divisors: [Int: [BigNumber]], _ moduli: [[UInt8]]
    ) throws(RotationError) -> [Finding] {
        var owners: [[UInt8]: Set<Int>] = [:]
        for (place, own) in divisors {
            for divisor in own {
                if divisor.bytes != moduli[place] {
                    owners[divisor.bytes, default: []].insert(place)
                    continue
                }
                // Both of its primes are others' as well: it is held against each of those.
                for other in divisors where other.key != place {
                    let pair = try (BigNumber(bytes: moduli[place]), BigNumber(bytes: moduli[other.key]))
                    let common = try BigNumber.greatestCommonDivisor(pair.0, pair.1)
                    if !common.isOne { owners[common.bytes, default: []].formUnion([place, other.key]) }
                }
            }
        }
        return owners.map { Finding(prime: $0.key, moduli: $0.value.sorted()) }
            .sorted {
                $0.moduli == $1.moduli
                    ? $0.prime.lexicographicallyPrecedes($1.prime) : $0.moduli.lexicographicallyPrecedes($1.moduli)
            }
    }
}
