import COpenSSL

/// OpenSSL's random generator, which the kernel seeds: for serial numbers.
package struct SystemRandom: RandomNumberGenerator, Sendable {
    package init() {}

    package mutating func next() -> UInt64 {
        var word: UInt64 = 0
        let done = withUnsafeMutableBytes(of: &word) { buffer in
            RAND_bytes(buffer.baseAddress?.assumingMemoryBound(to: UInt8.self), Int32(buffer.count))
        }
        // A generator that fails has no seed; a predictable serial number would be worse than the kernel's own source.
        if done != 1 {
            var system = SystemRandomNumberGenerator()
            return system.next()
        }
        return word
    }
}
