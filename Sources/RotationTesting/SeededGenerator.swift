/// SplitMix64 (Steele, Lea and Flood, 2014): the same seed gives the same numbers on every machine. For tests, never for secrets.
package struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }

    /// One of the values, each as likely as its weight says.
    package mutating func pick<Value>(_ choices: [(value: Value, weight: Double)]) -> Value {
        var rest = Double.random(in: 0..<choices.reduce(0) { $0 + $1.weight }, using: &self)
        for choice in choices.dropLast() {
            if rest < choice.weight { return choice.value }
            rest -= choice.weight
        }
        return choices[choices.count - 1].value
    }
}
