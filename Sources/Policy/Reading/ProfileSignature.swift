import LocatedYAML
import RotationModel

/// How a profile's certificates are to be signed, as its file has it: `signature`, and `hash` where that leaves it open.
struct ProfileSignature {
    private(set) var algorithm: (value: SignatureAlgorithm, place: LocatedValue)?
    private(set) var hash: (value: PSSHash, place: LocatedValue)?
    /// Whether what stands there could be read.
    private(set) var isReadable = true

    init() {}

    init(reading profile: MappingReader) {
        algorithm = profile.required("signature", like: "ECDSA-WITH-SHA256").flatMap { place in
            let names = SignatureAlgorithm.registered.map { ($0.description, $0) }
            return place.choice(names, what: "signature").map { ($0, place) }
        }
        if let place = profile.optional("hash") {
            hash = place.choice(of: PSSHash.self, what: "hash").map { ($0, place) }
            isReadable = hash != nil
        }
        refuseNeedlessHash()
        warnOfDSA()
    }

    /// Only RSASSA-PSS leaves the hash open.
    private mutating func refuseNeedlessHash() {
        guard let algorithm, let hash, algorithm.value != .rsassaPSS else { return }
        let pkcs1: [PSSHash: SignatureAlgorithm] = [
            .sha256: .sha256WithRSA, .sha384: .sha384WithRSA, .sha512: .sha512WithRSA,
        ]
        let ecdsa: [PSSHash: SignatureAlgorithm] = [
            .sha256: .ecdsaWithSHA256, .sha384: .ecdsaWithSHA384, .sha512: .ecdsaWithSHA512,
        ]
        let meant = [pkcs1, ecdsa].first { $0.values.contains(algorithm.value) }?[hash.value]
        let help = meant.flatMap { $0 == algorithm.value ? nil : "remove it, or write `signature: \($0)`" }
        hash.place.report(
            "`hash` is for RSASSAPSS alone: \(algorithm.value) names its hash itself", help: help ?? "remove it")
        isReadable = false
    }

    private func warnOfDSA() {
        guard let algorithm, algorithm.value == .dsaWithSHA256 else { return }
        algorithm.place.report(
            "DSA is withdrawn: FIPS 186-5 allows it for verifying old signatures only, and TLS 1.3 does not list it",
            help:
                "keep it only while devices or relying parties in the field verify nothing newer; else name an authority with "
                + "an EC or RSA key", as: .warning, rule: .withdrawn)
    }

    // MARK: Against the authority

    /// Reports what the authority's key cannot do.
    func check(against authority: AuthorityFacts) {
        guard let algorithm else { return }
        guard authority.signatures.contains(algorithm.value) else {
            let able = authority.signatures.map(\.description).joined(separator: ", ")
            algorithm.place.report(
                "the key of authority `\(authority.name)` cannot make \(algorithm.value) signatures",
                help: help(able.isEmpty ? "name another authority" : "it can make: \(able)", authority),
                rule: .unsignable)
            return
        }
        guard let hash, algorithm.value == .rsassaPSS, !authority.pssHashes.contains(hash.value) else { return }
        let able = authority.pssHashes.map(\.description).joined(separator: ", ")
        hash.place.report(
            "the key of authority `\(authority.name)` cannot make RSASSAPSS signatures with \(hash.value)",
            help: help(able.isEmpty ? "name another authority" : "it can make them with: \(able)", authority),
            rule: .unsignable)
    }

    private func help(_ able: String, _ authority: AuthorityFacts) -> String {
        authority.limit.map { "\($0); \(able)" } ?? able
    }

    /// The hash that RSASSA-PSS is signed with, as far as it is known: without the authority only where the file says it. Nil for
    /// other signatures.
    func effectiveHash(under authority: AuthorityFacts?) -> PSSHash? {
        guard algorithm?.value == .rsassaPSS else { return nil }
        if let hash { return hash.value }
        guard let able = authority?.pssHashes, !able.contains(.standard) else {
            return authority.map { _ in .standard }
        }
        return able.first
    }
}
