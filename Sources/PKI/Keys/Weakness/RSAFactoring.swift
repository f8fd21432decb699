import RotationModel
import Synchronization

/// RSA moduli that anybody takes apart in no time.
enum RSAFactoring {
    /// How many steps of Fermat's method are made: it finds primes that differ by no more than 60 times the fourth root of the modulus.
    static let fermatSteps = 500
    /// Up to what length a modulus is looked at that costs a power: some milliseconds at 2048 bits, and eight times that at 4096.
    static let longestForPower = 4096

    /// One key is met several times in a run: as a CSR, as the certificate for it, and as that certificate when it is read back.
    private static let verdicts = Mutex<[KeyIdentity: String?]>([:])
    private static let remembered = 65_536

    /// - Parameter modulus: Big-endian, no leading zeros, odd.
    /// - Returns: As the end of "refused because …".
    static func weakness(of modulus: ArraySlice<UInt8>) -> String? {
        let identity = KeyEssence.rsa(modulus: modulus).identity
        if let verdict = verdicts.withLock({ $0[identity] }) { return verdict }
        let verdict: String?
        do throws(RotationError) {
            verdict = try look(at: BigNumber(bytes: modulus))
        } catch {
            // Without memory nothing is known.
            return nil
        }
        verdicts.withLock { verdicts in
            if verdicts.count >= remembered { verdicts.removeAll(keepingCapacity: true) }
            verdicts[identity] = .some(verdict)
        }
        return verdict
    }

    private static func look(at modulus: BigNumber) throws(RotationError) -> String? {
        if let degree = try PerfectPower.degree(of: modulus) {
            return
                "the RSA modulus is a perfect power (\(PerfectPower.word(for: degree))) instead of a product of two primes"
        }
        if let weakness = try divisor(of: modulus) { return weakness }
        if try hasClosePrimes(modulus) {
            return "the primes of the RSA modulus are so close to each other that Fermat's method finds them"
        }
        return nil
    }

    // MARK: Small and certain divisors

    private static let small = SmallPrimes(below: 1 << 16)

    /// One greatest common divisor tells whether a prime below 2^16 divides the modulus n, or n and 2^n - 2 have a divisor in common: they
    /// have where n is a prime (Fermat's little theorem), or q - 1 is a multiple of p - 1, and hardly ever elsewhere.
    private static func divisor(of modulus: BigNumber) throws(RotationError) -> String? {
        let smallOnes = try BigNumber(bytes: small.product) % modulus
        var power: BigNumber?
        var product = smallOnes
        if modulus.bitCount <= longestForPower {
            let found = try modulus + (modulus.powerOfTwoModuloItself() - BigNumber(2))
            product = try product * found % modulus
            power = try found % modulus
        }
        if try BigNumber.greatestCommonDivisor(product, modulus).isOne { return nil }
        let common = try BigNumber.greatestCommonDivisor(smallOnes, modulus)
        if let prime = small.primes.first(where: { common.remainder(by: $0) == 0 }) {
            return "the RSA modulus is divisible by \(prime)"
        }
        if power?.isZero == true, try modulus.isPrime() {
            return "the RSA modulus is a prime number instead of a product of two"
        }
        return "the RSA modulus n has a divisor in common with 2^n - 2, so that anybody can take it apart"
    }

    // MARK: Close primes

    /// Fermat's method: n = a² - b² = (a + b)(a - b), with a from the square root of n upwards.
    private static func hasClosePrimes(_ modulus: BigNumber) throws(RotationError) -> Bool {
        let a = try modulus.root(2)
        try a.add(word: 1)
        let square = try a * a - modulus
        for _ in 0..<fermatSteps {
            if Squares.maySquare(square) {
                let root = try square.root(2)
                if try root * root == square { return true }
            }
            // (a + 1)² - n
            try square.add(a)
            try square.add(a)
            try square.add(word: 1)
            try a.add(word: 1)
        }
        return false
    }
}

/// The primes below a limit and their product, without 2.
private struct SmallPrimes: Sendable {
    let primes: [UInt]
    /// Big-endian.
    let product: [UInt8]

    init(below limit: Int) {
        var isComposite = [Bool](repeating: false, count: limit)
        var primes: [UInt] = []
        for number in stride(from: 3, to: limit, by: 2) where !isComposite[number] {
            primes.append(UInt(number))
            for multiple in stride(from: number * number, to: limit, by: 2 * number) { isComposite[multiple] = true }
        }
        self.primes = primes
        product = SmallPrimes.product(of: primes[...])
    }

    /// Without memory for it the product is 1, and finds nothing.
    private static func product(of primes: ArraySlice<UInt>) -> [UInt8] {
        guard let product = try? BigNumber(1) else { return [1] }
        return (try? primes.reduce(product) { try $0 * BigNumber($1) })?.bytes ?? [1]
    }
}

/// Tells most numbers that are no squares by their remainders.
private enum Squares {
    private static let moduli: [UInt] = [64, 63, 65, 11, 17, 19, 23, 31]
    private static let product = moduli.reduce(1, *)
    private static let squares: [(modulus: UInt, are: Set<UInt>)] = moduli.map { modulus in
        (modulus, Set((0..<modulus).map { $0 * $0 % modulus }))
    }

    static func maySquare(_ number: BigNumber) -> Bool {
        let remainder = number.remainder(by: product)
        return squares.allSatisfy { $0.are.contains(remainder % $0.modulus) }
    }
}

/// Finds numbers that are a square, a cube or a higher power of another.
enum PerfectPower {
    /// Prime degrees, and primes q with q - 1 a multiple of the degree: modulo such a q few numbers are a power of that degree.
    private static let degrees: [(degree: UInt, tests: [UInt])] = {
        (2..<256).filter(isPrime).map { degree in
            var tests: [UInt] = []
            var candidate = degree + 1
            while tests.count < 6 {
                if isPrime(candidate) { tests.append(candidate) }
                candidate += degree
            }
            return (degree, tests)
        }
    }()

    private static func isPrime(_ number: UInt) -> Bool {
        guard number > 3 else { return number > 1 }
        return !stride(from: 2, through: UInt(Double(number).squareRoot()) + 1, by: 1).contains { number % $0 == 0 }
    }

    /// - Returns: The smallest degree of which it is a power; nil where it is none, or the power of a number below 2^16.
    static func degree(of number: BigNumber) throws(RotationError) -> UInt? {
        for (degree, tests) in degrees where Int(degree) * 16 <= number.bitCount {
            guard tests.allSatisfy({ isPower(number.remainder(by: $0), degree, modulo: $0) }) else { continue }
            if try number.root(degree).power(degree) == number { return degree }
        }
        return nil
    }

    private static func isPower(_ remainder: UInt, _ degree: UInt, modulo prime: UInt) -> Bool {
        guard remainder > 0 else { return true }
        return (0..<(prime - 1) / degree).reduce(1 as UInt) { power, _ in power * remainder % prime } == 1
    }

    static func word(for degree: UInt) -> String {
        switch degree {
        case 2: "a square"
        case 3: "a cube"
        default: "of degree \(degree)"
        }
    }
}
