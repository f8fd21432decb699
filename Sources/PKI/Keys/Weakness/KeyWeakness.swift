import RotationModel

/// What is known to be weak about a key by looking at it: one check after the other, the first that fires has the word.
enum KeyWeakness {
    /// The longest modulus that OpenSSL verifies with (OPENSSL_RSA_MAX_MODULUS_BITS). It also bounds the time that looking takes.
    private static let longestModulus = 16_384

    /// The first weakness found, as the end of "refused because …", or nil.
    ///
    /// - Parameter list: The predictable keys of CVE-2008-0166; by default those that are installed, read when the first RSA key is
    ///   looked at.
    static func find(in key: KeyReading, list: @autoclosure () -> WeakKeyList = installedList) -> String? {
        switch key.algorithm {
        case .rsa(let bits) where bits < 2048: return "RSA-\(bits) is shorter than 2048 bits"
        case .rsa(let bits) where bits > longestModulus:
            return "RSA-\(bits) is longer than \(longestModulus) bits, the most that OpenSSL computes with"
        case .dsa(let bits) where bits < 2048: return "DSA-\(bits) is shorter than 2048 bits"
        case .other(let name) where ShortCurves.identifiers.contains(name):
            return "its curve \(name) has fewer than 224 bits"
        default: break
        }
        switch key.essence {
        case .ec(let curve, let x): return GuessableECKeys.weakness(ofCurve: curve, x: x)
        case .rsa, .dsa, .bytes, .unknown: break
        }
        guard case .rsa(let modulus, let exponent, _) = key.material else { return nil }
        if let last = modulus.last, last & 1 == 0 { return "the RSA modulus is even" }
        if let weakness = RSAExponent.weakness(of: exponent) { return weakness }
        let remainders = SmallPrimeRemainders(of: modulus)
        if let divisor = remainders.divisor { return "the RSA modulus is divisible by \(divisor)" }
        if ROCAFingerprint.matches(remainders) { return "it was made by a chip with the ROCA flaw (CVE-2017-15361)" }
        if (try? list().contains(modulus: modulus)) == true {
            return "it is one of the predictable keys of CVE-2008-0166 (Debian's list)"
        }
        return RSAFactoring.weakness(of: modulus)
    }

    /// A list that cannot be read finds nothing; whoever minds asks ``WeakKeyList/installed``.
    private static var installedList: WeakKeyList { (try? WeakKeyList.installed.get()) ?? WeakKeyList() }
}
