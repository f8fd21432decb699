/// What FIPS 186-5 (5.1) wants of an RSA public exponent: odd, 2^16 < e < 2^256.
enum RSAExponent {
    /// - Parameter exponent: Big-endian, no leading zeros.
    static func weakness(of exponent: ArraySlice<UInt8>) -> String? {
        if exponent.elementsEqual([1]) { return "the RSA exponent is 1" }
        if let last = exponent.last, last & 1 == 0 { return "the RSA exponent is even" }
        // A longer one only serves to make checking slow.
        if exponent.count > 32 { return "the RSA exponent is longer than 256 bits" }
        if exponent.count <= 2 {
            let value = exponent.reduce(0) { $0 << 8 | Int($1) }
            return "the RSA exponent \(value) is smaller than 65537 (FIPS 186-5)"
        }
        return nil
    }
}
