import RotationModel

/// What each of many numbers has in common with the product of the others: a batch greatest common divisor.
///
/// After D. Bernstein, "Scaled remainder trees" (2004). With P the product of all numbers n and D the sum of all P/n, D modulo n is P/n modulo n.
/// A tree of products gives P and D. The fraction D/P, multiplied with the product of one half of the numbers, is without its whole part
/// D/(the product of the other half); so it goes down the tree, getting shorter at each node, and at a leaf the fraction times n
/// is D modulo n. There is one division in all, and the rest is multiplication.
enum SharedDivisors {
    struct Found {
        /// Among the numbers.
        let place: Int
        /// Its greatest common divisor with the product of the others; not 1.
        let divisor: BigNumber
    }

    /// - Parameters:
    ///   - numbers: Big-endian, 2 or more each, each once.
    ///   - progress: Is told which share of the work is done, from 0 to 1.
    static func find(
        in numbers: [[UInt8]], progress: (_ share: Double) -> Void
    ) throws(RotationError) -> [Found] {
        guard numbers.count > 1 else { return [] }
        var effort = Effort(count: numbers.count)
        let (tree, sum) = try ProductTree.build(numbers[...]) { progress(effort.built($0)) }
        // Each level may double the error and adds one unit; a fraction has so many bits more than its product.
        let length = tree.product.bitCount + guardBits
        let inverse = try Reciprocal.of(tree.product, precision: length)
        progress(effort.divided())
        let fraction = try (sum * inverse).shifted(down: tree.product.bitCount)
        var found: [Found] = []
        try descend(tree, fraction, length: length, leaf: &found) { progress(effort.descended($0)) }
        return found
    }

    private static let guardBits = 64

    /// - Parameters:
    ///   - fraction: D over the tree's product without its whole part, times 2 to the power of `length`.
    private static func descend(
        _ tree: ProductTree, _ fraction: BigNumber, length: Int, leaf found: inout [Found], done: (Int) -> Void
    ) throws(RotationError) {
        guard let (left, right) = tree.halves else {
            let rest = try (fraction * tree.product + BigNumber(1).shifted(up: length - 1)).shifted(down: length)
            let divisor = try BigNumber.greatestCommonDivisor(rest % tree.product, tree.product)
            if !divisor.isOne { found.append(Found(place: tree.range.lowerBound, divisor: divisor)) }
            return
        }
        for (half, other) in [(left, right), (right, left)] {
            let shorter = half.product.bitCount + guardBits
            let part = try (fraction * other.product).low(length).shifted(down: length - shorter)
            try descend(half, part, length: shorter, leaf: &found, done: done)
        }
        done(tree.range.count)
    }
}

/// The products of ever larger parts of a list.
final class ProductTree {
    let product: BigNumber
    /// Of the numbers in it.
    let range: Range<Int>
    /// Nil where it is one number.
    let halves: (left: ProductTree, right: ProductTree)?

    private init(_ product: BigNumber, _ range: Range<Int>, _ halves: (left: ProductTree, right: ProductTree)? = nil) {
        (self.product, self.range, self.halves) = (product, range, halves)
    }

    /// - Parameters:
    ///   - numbers: Big-endian; one or more.
    ///   - done: Is told of how many numbers a product has been made.
    /// - Returns: The tree, and the sum of what its product is without each single number.
    static func build(
        _ numbers: ArraySlice<[UInt8]>, done: (Int) -> Void
    ) throws(RotationError) -> (ProductTree, sum: BigNumber) {
        if numbers.count == 1 {
            return (ProductTree(try BigNumber(bytes: numbers[numbers.startIndex]), numbers.indices), try BigNumber(1))
        }
        let middle = numbers.startIndex + numbers.count / 2
        let (left, leftSum) = try build(numbers[..<middle], done: done)
        let (right, rightSum) = try build(numbers[middle...], done: done)
        let sum = try leftSum * right.product
        try sum.add(rightSum * left.product)
        let tree = ProductTree(try left.product * right.product, numbers.indices, (left, right))
        done(numbers.count)
        return (tree, sum)
    }
}

/// Newton's method for a long division that is made of multiplications.
enum Reciprocal {
    /// Up to this precision OpenSSL divides as quickly.
    static let longestDivision = 32_768

    /// 2 to the power of (its length + the precision), over the number, rounded down or a few units less or more.
    ///
    /// - Parameter precision: In bits.
    static func of(_ number: BigNumber, precision: Int) throws(RotationError) -> BigNumber {
        let length = number.bitCount
        guard precision > longestDivision else {
            let kept = try number.shifted(down: max(0, length - precision - 64))
            return try BigNumber(1).shifted(up: kept.bitCount + precision) / kept
        }
        // With r = 2^half/number, twice as many digits are right of r + r (1 - r number).
        let half = precision / 2 + 32
        let rough = try of(number, precision: half)
        let kept = try number.shifted(down: max(0, length - precision - 64))
        let error = try BigNumber(1).shifted(up: kept.bitCount + half) - rough * kept
        let dropped = max(0, kept.bitCount - half)
        let correction = try (rough * error.shifted(down: dropped)).shifted(
            down: kept.bitCount + 2 * half - precision - dropped)
        return try rough.shifted(up: precision - half) + correction
    }
}

/// How much of the work is done, by what multiplying numbers of one length costs: 3 times as much where they are twice as long.
private struct Effort {
    private let count: Int
    private let total: Double
    private var done = 0.0
    private static let (products, division, descent) = (3.0, 9.0, 6.0)

    init(count: Int) {
        self.count = count
        total = (Effort.products + Effort.descent) * Effort.sum(count) + Effort.division * Effort.cost(count)
    }

    private static func cost(_ count: Int) -> Double {
        // log2(3) = 1.585
        var (cost, size) = (1.0, 1.0)
        while size * 2 <= Double(count) { (cost, size) = (cost * 3, size * 2) }
        return cost * (1 + 2 * (Double(count) / size - 1))
    }

    /// Of all nodes: each level costs two thirds of what the one above it does.
    private static func sum(_ count: Int) -> Double {
        count < 2 ? 0 : cost(count) + sum(count / 2) + sum(count - count / 2)
    }

    private mutating func add(_ cost: Double) -> Double {
        done += cost
        return min(1, done / total)
    }

    mutating func built(_ count: Int) -> Double { add(Effort.products * Effort.cost(count)) }
    mutating func divided() -> Double { add(Effort.division * Effort.cost(count)) }
    mutating func descended(_ count: Int) -> Double { add(Effort.descent * Effort.cost(count)) }
}
