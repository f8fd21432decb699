import RotationModel
import RotationTesting
import Testing

@testable import PKI

@Suite("RSA keys that anybody can break")
struct BreakableKeyTests {
    private func weakness(_ modulus: BigNumber) -> String? {
        let bytes = modulus.bytes
        return KeyWeakness.find(
            in: KeyReading(
                .rsa(bits: modulus.bitCount), .rsa(modulus: bytes[...], exponent: [1, 0, 1], .any),
                .rsa(modulus: bytes[...])), list: WeakKeyList())
    }

    private static func random(_ bits: Int, seed: UInt64) throws -> BigNumber {
        var generator = SeededGenerator(seed: seed)
        var bytes = (0..<bits / 8).map { _ in UInt8.random(in: 0...255, using: &generator) }
        // Of two such numbers the product is as long as both.
        bytes[0] |= 0xC0
        return try BigNumber(bytes: bytes)
    }

    private static func prime(after number: BigNumber, inSteps step: BigNumber? = nil) throws -> BigNumber {
        let step = try step ?? BigNumber(1)
        let candidate = try number + BigNumber(0)
        repeat { try candidate.add(step) } while try candidate.remainder(by: 2) == 0 || !candidate.isPrime()
        return candidate
    }

    private static func prime(_ bits: Int, seed: UInt64) throws -> BigNumber {
        try prime(after: random(bits, seed: seed))
    }

    struct Modulus: CustomTestStringConvertible, Sendable {
        let testDescription: String
        /// A part of the finding; nil where the key is good.
        let finding: String?
        let make: @Sendable () throws -> BigNumber

        init(_ description: String, _ finding: String?, _ make: @escaping @Sendable () throws -> BigNumber) {
            (testDescription, self.finding, self.make) = (description, finding, make)
        }
    }

    /// A product of two primes of 1024 bits that are about so far from each other.
    private static func pair(apart exponent: Int) -> @Sendable () throws -> BigNumber {
        {
            let first = try prime(1024, seed: 1)
            return try first * prime(after: first + BigNumber(1).shifted(up: exponent))
        }
    }

    private static func power(_ bits: Int, _ degree: UInt) -> @Sendable () throws -> BigNumber {
        { try prime(bits, seed: 2).power(degree) }
    }

    private static let moduli: [Modulus] = [
        Modulus("neighbouring primes", "Fermat", pair(apart: 0)),
        Modulus("primes that differ in their lower half", "Fermat", pair(apart: 500)),
        Modulus("primes as far apart as Fermat's method comes", "Fermat", pair(apart: 516)),
        Modulus("primes that are further apart", nil, pair(apart: 600)),
        Modulus("a prime", "prime number") { try prime(2048, seed: 3) },
        Modulus("a square", "perfect power (a square)", power(1024, 2)),
        Modulus("a cube", "perfect power (a cube)", power(688, 3)),
        Modulus("a seventh power", "perfect power (of degree 7)", power(304, 7)),
        Modulus("the cube of a product", "perfect power (a cube)") {
            try (prime(344, seed: 4) * prime(344, seed: 5)).power(3)
        },
        Modulus("257 times a prime", "divisible by 257") { try BigNumber(257) * prime(2048, seed: 6) },
        Modulus("65521 times a prime", "divisible by 65521") { try BigNumber(65521) * prime(2048, seed: 6) },
        Modulus("two small primes in it", "divisible by 1009") {
            try BigNumber(1009 * 40009) * prime(2048, seed: 6)
        },
        Modulus("65537 times a prime, which is beyond the small ones", nil) {
            try BigNumber(65537) * prime(2048, seed: 7)
        },
        Modulus("q - 1 a multiple of p - 1", "2^n - 2") {
            let first = try prime(512, seed: 8)
            let less = try first - BigNumber(1)
            let start = try less * random(1536, seed: 9).shifted(down: 510) + BigNumber(1)
            return try first * prime(after: start, inSteps: less)
        },
        Modulus("a good one of 2048 bits", nil) { try prime(1024, seed: 10) * prime(1024, seed: 11) },
        Modulus("a good one of 3072 bits", nil) { try prime(1536, seed: 12) * prime(1536, seed: 13) },
    ]

    @Test("A modulus that falls apart is weak by its kind, and a good one is not", arguments: moduli)
    func kinds(modulus: Modulus) throws {
        let found = try weakness(modulus.make())
        if let finding = modulus.finding {
            #expect(found?.contains(finding) == true, "\(found ?? "nothing")")
        } else {
            #expect(found == nil)
        }
    }

    @Test("Private keys 1 to 256, and those up to the order, are guessed on each curve", arguments: NamedCurve.allCases)
    func smallScalars(curve: NamedCurve) throws {
        let known = try #require(KnownCurve.named(curve.objectIdentifier.content))
        let identifier = curve.objectIdentifier.content
        let multiples = known.multiplesOfGenerator(count: 300)
        #expect(multiples.count == 300 && Set(multiples).count == 300)
        for number in [1, 2, 3, 256] {
            let found = GuessableECKeys.weakness(ofCurve: identifier, x: multiples[number - 1][...])
            #expect(found?.contains("private key is \(number),") == true)
        }
        for number in [257, 300] {
            #expect(GuessableECKeys.weakness(ofCurve: identifier, x: multiples[number - 1][...]) == nil)
        }
    }

    // MARK: Arithmetic

    @Test("Roots are the largest whose power fits", arguments: [(2, 2048), (2, 63), (3, 2047), (5, 700), (127, 4096)])
    func roots(degree: UInt, bits: Int) throws {
        for seed in UInt64(1)...5 {
            let number = try BreakableKeyTests.random((bits + 7) / 8 * 8, seed: seed)
            let root = try number.root(degree)
            #expect(try !(number < root.power(degree)))
            #expect(try number < (root + BigNumber(1)).power(degree))
        }
    }

    @Test(
        "Products are right whatever the lengths of their factors",
        arguments: [(64, 64), (64, 6400), (4096, 4160), (4096, 6000), (8192, 17_000), (20_000, 3000), (30_000, 64_128)])
    func products(first: Int, second: Int) throws {
        let left = try BreakableKeyTests.random(first / 8 * 8, seed: 1)
        let right = try BreakableKeyTests.random(second / 8 * 8, seed: 2)
        let product = try left * right
        #expect(try product / right == left && (product % right).isZero)
        #expect(product.bitCount == left.bitCount + right.bitCount)
    }

    @Test(
        "Long reciprocals are those of a division, up to a few units",
        arguments: [1000, 32_768, 32_769, 100_000, 250_000])
    func reciprocals(precision: Int) throws {
        for (length, seed) in [(precision, 1), (precision * 2, 2), (4096, 3)] {
            let number = try BreakableKeyTests.random(length / 8 * 8, seed: UInt64(seed))
            let exact = try BigNumber(1).shifted(up: number.bitCount + precision) / number
            #expect(try (Reciprocal.of(number, precision: precision) - exact).bitCount <= 3)
        }
    }
}
