import Fleet
import Policy
import RotationModel

/// Makes up what runs of the future make: certificates, rotations, keys.
struct SupposedFleet {
    private let snapshot: any FleetView
    private let authorities: KnownAuthorities
    private let policies: PolicySet
    /// What each policy's certificates have in common, worked out when the first is supposed.
    private var templates: [Template?]
    private var last: Int64 = 0

    private struct Template {
        let validity: TimeSpan
        let backdate: TimeSpan
        /// When the authority ends, which no certificate outlasts.
        let end: Timestamp?
        let signature: SignatureAlgorithm
        let issuer: Int64
    }

    init(_ planner: Planner) {
        policies = planner.policies
        templates = Array(repeating: nil, count: policies.policies.count)
        snapshot = planner.snapshot
        authorities = planner.authorities
    }

    mutating func certificate(
        _ policy: Int, request waiting: WaitingRequest?, replacing old: PlanningCertificate?, _ source: KeySource,
        at: Timestamp
    ) throws -> PlanningCertificate {
        let template = try template(of: policy)
        let request = waiting ?? self.request(policy)
        let stays = source == .currentKey ? old : nil
        let notAfter = at + template.validity
        return PlanningCertificate(
            supposed: next(), fingerprint: Fingerprint(digest(last)), notBefore: at - template.backdate,
            notAfter: template.end.map { min($0, notAfter) } ?? notAfter, key: stays?.key ?? request.algorithm,
            keyIdentity: stays?.keyIdentity ?? request.publicKey.identity, signature: template.signature,
            issuer: template.issuer)
    }

    private mutating func template(of policy: Int) throws -> Template {
        if let known = templates[policy] { return known }
        let profile = policies.policies[policy].profile
        let name = authorities[profile.authority]?.subject ?? profile.authority
        let template = Template(
            validity: profile.validity, backdate: profile.backdate, end: authorities.end(of: profile.authority),
            signature: profile.signature, issuer: try snapshot.supposedIssuer(name))
        templates[policy] = template
        return template
    }

    /// Of a rotation that is supposed to begin.
    mutating func row() -> Int64 { next() }

    /// A CSR that the policy takes.
    mutating func request(_ policy: Int) -> WaitingRequest {
        let key = digest(next())
        return WaitingRequest(
            publicKey: KeyReference(identity: KeyIdentity(key), fingerprint: KeyFingerprint(key)),
            algorithm: policies.policies[policy].profile.keys.first?.algorithm ?? .ecdsaP256,
            proof: .signature)
    }

    /// Below zero: rows of the inventory are above it.
    private mutating func next() -> Int64 {
        last -= 1
        return last
    }

    /// One that no key and no certificate has.
    private func digest(_ row: Int64) -> SHA256Digest {
        let words = (row.bigEndian, Int64(0), Int64(0), Int64(0))
        return withUnsafeBytes(of: words) { SHA256Digest(raw: $0) } ?? .zero
    }
}
