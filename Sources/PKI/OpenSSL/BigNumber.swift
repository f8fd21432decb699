import COpenSSL
import RotationModel

/// A whole number of any size, as OpenSSL computes with it (BIGNUM). Public numbers only: what a computation takes tells of them.
///
/// Operations throw ``RotationModel/RotationError/Code/cryptography`` where OpenSSL has no memory for a result, or none can be that long.
final class BigNumber {
    /// The longest number that OpenSSL holds (INT_MAX / 4 bits, rounded down to words).
    static let longest = 536_000_000

    private let pointer: OpaquePointer

    private init() throws(RotationError) {
        guard let pointer = BN_new() else { throw BigNumber.failure }
        self.pointer = pointer
    }

    deinit { BN_free(pointer) }

    convenience init(_ word: UInt) throws(RotationError) {
        try self.init()
        try BigNumber.check(BN_set_word(pointer, word))
    }

    /// - Parameter bytes: Big-endian.
    convenience init(bytes: some Collection<UInt8>) throws(RotationError) {
        try self.init()
        let bytes = Array(bytes)
        guard BN_bin2bn(bytes, Int32(bytes.count), pointer) != nil else { throw BigNumber.failure }
    }

    private static var failure: RotationError {
        OpenSSLErrors.failure(.cryptography, "OpenSSL cannot compute with a number that large")
    }

    private static func check(_ result: Int32) throws(RotationError) {
        guard result == 1 else { throw failure }
    }

    private static func make(
        _ compute: (_ result: OpaquePointer, _ context: OpaquePointer) -> Int32
    ) throws(RotationError) -> BigNumber {
        let result = try BigNumber()
        guard let context = BN_CTX_new() else { throw failure }
        defer { BN_CTX_free(context) }
        try check(compute(result.pointer, context))
        return result
    }

    // MARK: What it is

    var bitCount: Int { Int(BN_num_bits(pointer)) }
    private var wordCount: Int { (bitCount + 63) / 64 }
    var isZero: Bool { BN_is_zero(pointer) == 1 }
    var isOne: Bool { BN_is_one(pointer) == 1 }

    /// Of the magnitude, big-endian, no leading zeros.
    var bytes: [UInt8] {
        [UInt8](unsafeUninitializedCapacity: (bitCount + 7) / 8) { buffer, count in
            count = Int(BN_bn2bin(pointer, buffer.baseAddress))
        }
    }

    static func == (left: BigNumber, right: BigNumber) -> Bool { BN_cmp(left.pointer, right.pointer) == 0 }
    static func < (left: BigNumber, right: BigNumber) -> Bool { BN_cmp(left.pointer, right.pointer) < 0 }

    /// Zero where the word is.
    func remainder(by word: UInt) -> UInt { word == 0 ? 0 : UInt(BN_mod_word(pointer, word)) }

    /// Whether it is a prime, but for one chance in 2^128.
    func isPrime() throws(RotationError) -> Bool {
        let answer = BN_check_prime(pointer, nil, nil)
        guard answer >= 0 else { throw BigNumber.failure }
        return answer == 1
    }

    // MARK: Arithmetic

    static func + (left: BigNumber, right: BigNumber) throws(RotationError) -> BigNumber {
        try make { result, _ in BN_add(result, left.pointer, right.pointer) }
    }

    static func - (left: BigNumber, right: BigNumber) throws(RotationError) -> BigNumber {
        try make { result, _ in BN_sub(result, left.pointer, right.pointer) }
    }

    func add(_ other: BigNumber) throws(RotationError) { try BigNumber.check(BN_add(pointer, pointer, other.pointer)) }
    func add(word: UInt) throws(RotationError) { try BigNumber.check(BN_add_word(pointer, word)) }

    static func * (left: BigNumber, right: BigNumber) throws(RotationError) -> BigNumber {
        try product(left, right, longestFactor: longestFactor)
    }

    /// In words. Multiplying longer ones, OpenSSL wants more room than the longest number that it holds (eight times a factor, rounded up to
    /// a power of two).
    private static let longestFactor = 1 << 20

    /// OpenSSL multiplies quickly (Karatsuba) only what is of one length, to a word. So the shorter one is lengthened, or the longer one cut.
    ///
    /// - Parameter longestFactor: Longer ones are halved before OpenSSL gets them; in words of 64 bits.
    static func product(
        _ left: BigNumber, _ right: BigNumber, longestFactor: Int
    ) throws(RotationError) -> BigNumber {
        let (long, short) = left.wordCount < right.wordCount ? (right, left) : (left, right)
        let (more, less) = (long.wordCount, short.wordCount)
        if more > longestFactor, more <= 2 * less {
            return try productOfHalves(long, short, longestFactor: longestFactor)
        }
        if more - less <= 1 || less < 32 || more > 8 * less { return try long.multiplied(by: short) }
        if more <= 2 * less {
            let shift = 64 * (more - less)
            return try long.multiplied(by: short.shifted(up: shift)).shifted(down: shift)
        }
        let size = 64 * less
        let high = try product(long.shifted(down: size), short, longestFactor: longestFactor).shifted(up: size)
        try high.add(product(long.low(size), short, longestFactor: longestFactor))
        return high
    }

    /// One step of Karatsuba's method: three products of half the length.
    private static func productOfHalves(
        _ left: BigNumber, _ right: BigNumber, longestFactor: Int
    ) throws(RotationError) -> BigNumber {
        let half = 64 * ((max(left.wordCount, right.wordCount) + 1) / 2)
        let (leftHigh, leftLow) = (try left.shifted(down: half), try left.low(half))
        let (rightHigh, rightLow) = (try right.shifted(down: half), try right.low(half))
        let high = try product(leftHigh, rightHigh, longestFactor: longestFactor)
        let low = try product(leftLow, rightLow, longestFactor: longestFactor)
        let middle = try product(leftHigh + leftLow, rightHigh + rightLow, longestFactor: longestFactor) - high - low
        let result = try high.shifted(up: 2 * half)
        try result.add(middle.shifted(up: half))
        try result.add(low)
        return result
    }

    private func multiplied(by other: BigNumber) throws(RotationError) -> BigNumber {
        try BigNumber.make { result, context in BN_mul(result, pointer, other.pointer, context) }
    }

    /// Rounded towards zero.
    static func / (left: BigNumber, right: BigNumber) throws(RotationError) -> BigNumber {
        try make { result, context in BN_div(result, nil, left.pointer, right.pointer, context) }
    }

    static func % (left: BigNumber, right: BigNumber) throws(RotationError) -> BigNumber {
        try make { result, context in BN_div(nil, result, left.pointer, right.pointer, context) }
    }

    func shifted(up bits: Int) throws(RotationError) -> BigNumber {
        try BigNumber.make { result, _ in BN_lshift(result, pointer, Int32(bits)) }
    }

    /// Towards zero.
    func shifted(down bits: Int) throws(RotationError) -> BigNumber {
        try BigNumber.make { result, _ in BN_rshift(result, pointer, Int32(bits)) }
    }

    /// Its lowest bits.
    func low(_ bits: Int) throws(RotationError) -> BigNumber {
        try BigNumber.make { result, _ in
            guard BN_copy(result, pointer) != nil else { return 0 }
            return bits >= bitCount ? 1 : BN_mask_bits(result, Int32(bits))
        }
    }

    func power(_ exponent: UInt) throws(RotationError) -> BigNumber {
        let exponent = try BigNumber(exponent)
        return try BigNumber.make { result, context in BN_exp(result, pointer, exponent.pointer, context) }
    }

    /// 2 to the power of this, modulo this. It must be odd.
    func powerOfTwoModuloItself() throws(RotationError) -> BigNumber {
        try BigNumber.make { result, context in BN_mod_exp_mont_word(result, 2, pointer, pointer, context, nil) }
    }

    static func greatestCommonDivisor(_ left: BigNumber, _ right: BigNumber) throws(RotationError) -> BigNumber {
        try make { result, context in BN_gcd(result, left.pointer, right.pointer, context) }
    }

    /// The largest number whose power is no more than this.
    ///
    /// - Parameter degree: 2 or more.
    func root(_ degree: UInt) throws(RotationError) -> BigNumber {
        // Newton's method from above: each step comes down until it no longer does.
        var root = try BigNumber(1).shifted(up: bitCount / Int(degree) + 1)
        while true {
            let next = try self / root.power(degree - 1)
            try next.add(root * BigNumber(degree - 1))
            let lower = try next / BigNumber(degree)
            guard lower < root else { return root }
            root = lower
        }
    }
}
