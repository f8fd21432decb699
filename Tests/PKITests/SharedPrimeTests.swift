import RotationModel
import RotationTesting
import Testing

@testable import PKI

@Suite("Moduli that share a prime")
struct SharedPrimeTests {
    /// The smallest primes of their length that are some way apart.
    private static func primes(_ count: Int, bits: Int = 128) throws -> [BigNumber] {
        var generator = SeededGenerator(seed: 7)
        return try (0..<count).map { _ in
            var bytes = (0..<bits / 8).map { _ in UInt8.random(in: 0...255, using: &generator) }
            bytes[0] |= 0xC0
            bytes[bits / 8 - 1] |= 1
            let candidate = try BigNumber(bytes: bytes)
            while try !candidate.isPrime() { try candidate.add(word: 2) }
            return candidate
        }
    }

    private func search(_ moduli: [BigNumber], longestProduct: Int? = nil) throws -> [SharedPrimes.Finding] {
        var shares: [Double] = []
        let found = try SharedPrimes.find(
            in: moduli.map(\.bytes), longestProduct: longestProduct ?? SharedPrimes.longestProduct
        ) { shares.append($0) }
        #expect(shares == shares.sorted() && shares.allSatisfy { (0...1.000_001).contains($0) })
        return found
    }

    @Test("Long factors are multiplied by halves, whatever their lengths and signs")
    func halves() throws {
        var generator = SeededGenerator(seed: 11)
        func number(_ words: Int) throws -> BigNumber {
            try BigNumber(bytes: (0..<8 * words).map { _ in UInt8.random(in: 0...255, using: &generator) })
        }
        for (left, right) in [(4, 4), (5, 4), (9, 9), (33, 32), (64, 33), (100, 99), (200, 110), (257, 129), (300, 20)]
        {
            let (first, second) = (try number(left), try number(right))
            let negative = try BigNumber(0) - first
            let whole = try BigNumber.product(first, second, longestFactor: .max)
            #expect(try BigNumber.product(first, second, longestFactor: 8) == whole)
            #expect(try BigNumber.product(second, negative, longestFactor: 8) == BigNumber(0) - whole)
        }
    }

    @Test("Factors of more than 2^20 words, of which OpenSSL wants more room than it has, are multiplied")
    func longFactors() throws {
        // (2^n + 1) (2^n - 1) = 2^2n - 1
        let length = 64 * (1 << 20) + 64
        let power = try BigNumber(1).shifted(up: length)
        let product = try (power + BigNumber(1)) * (power - BigNumber(1))
        #expect(try product + BigNumber(1) == BigNumber(1).shifted(up: 2 * length))
    }

    @Test("Nothing is found in none, in one, and where each has primes of its own", arguments: [0, 1, 2, 3, 150])
    func nothing(count: Int) throws {
        let primes = try SharedPrimeTests.primes(2 * count)
        #expect(try search((0..<count).map { try primes[2 * $0] * primes[2 * $0 + 1] }) == [])
    }

    /// In one pass, and in parts of some ten moduli each.
    @Test("Every prime that two or more have is found with all who have it", arguments: [nil, 5000])
    func shared(longestProduct: Int?) throws {
        let primes = try SharedPrimeTests.primes(640)
        var moduli = try (0..<300).map { try primes[2 * $0] * primes[2 * $0 + 1] }
        // A pair; three with one prime; a chain, whose middle has no prime of its own.
        moduli[17] = try primes[0] * primes[601]
        moduli[100] = try primes[602] * primes[603]
        moduli[200] = try primes[602] * primes[604]
        moduli[299] = try primes[602] * primes[605]
        moduli[50] = try primes[606] * primes[607]
        moduli[51] = try primes[607] * primes[608]
        moduli[52] = try primes[608] * primes[609]
        // One that is another's length.
        moduli[250] = try primes[610] * primes[611] * primes[612] * primes[613] * primes[614]
        moduli[251] = try primes[614] * primes[615]
        let expected = [
            ([0, 17], primes[0]), ([50, 51], primes[607]), ([51, 52], primes[608]), ([100, 200, 299], primes[602]),
            ([250, 251], primes[614]),
        ]
        let found = try search(moduli, longestProduct: longestProduct)
        #expect(found == expected.map { SharedPrimes.Finding(prime: $0.1.bytes, moduli: $0.0) })
    }

    @Test("Where all share one, each is found", arguments: [2, 3, 64, 65])
    func all(count: Int) throws {
        let primes = try SharedPrimeTests.primes(count + 1)
        let found = try search(try (1...count).map { try primes[0] * primes[$0] })
        #expect(found == [SharedPrimes.Finding(prime: primes[0].bytes, moduli: Array(0..<count))])
    }

    @Test("Keys of real lengths beside each other are told apart")
    func realLengths() throws {
        let primes = try SharedPrimeTests.primes(8, bits: 1024)
        let moduli = try [
            primes[0] * primes[1], primes[2] * primes[3] * primes[4], primes[1] * primes[5], primes[6] * primes[7],
        ]
        #expect(try search(moduli) == [SharedPrimes.Finding(prime: primes[1].bytes, moduli: [0, 2])])
    }
}
