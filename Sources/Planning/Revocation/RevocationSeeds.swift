import Fleet
import Policy
import RotationModel

/// Finds the certificates that the policies' revocation rules name.
enum RevocationSeeds {
    /// One pass over the inventory's certificates for all rules together.
    ///
    /// - Returns: for each rule the certificates that it names, REVOKED ones too: what hangs on those is reached as well.
    static func find(
        _ rules: [RevocationRule], in snapshot: any FleetView
    ) throws -> [[RevocableCertificate]] {
        var seeds = [[RevocableCertificate]](repeating: [], count: rules.count)
        guard !rules.isEmpty else { return seeds }
        let sharedKeys = rules.contains(where: \.needsKeySharing) ? try snapshot.sharedKeys() : []
        let spellings = try spellings(of: rules, snapshot)
        var groups = DeviceGroups(snapshot)
        try snapshot.forEachCertificate { certificate in
            let group = try groups.facts(of: certificate)
            let facts = RevocableFacts(
                fingerprint: certificate.fingerprint, serialNumber: certificate.serialNumber, issuer: group.issuer,
                notBefore: certificate.notBefore, key: certificate.key,
                keyFingerprint: certificate.publicKey.fingerprint,
                otherKeyFingerprints: spellings.isEmpty ? [] : spellings[certificate.publicKey.identity] ?? [],
                signature: certificate.signature, isKeyShared: sharedKeys.contains(certificate.publicKey.identity))
            for (place, rule) in rules.enumerated() where rule.matches(facts, group, id: certificate.device) {
                seeds[place].append(certificate)
            }
        }
        return seeds
    }

    /// The fingerprints by which rules name keys, by the key: a certificate may have the same key, written in another way.
    private static func spellings(
        of rules: [RevocationRule], _ snapshot: any FleetView
    ) throws -> [KeyIdentity: Set<KeyFingerprint>] {
        let named = Set(rules.flatMap(\.certificates.keys))
        let keys = try snapshot.keys(writtenAs: named)
        return Dictionary(grouping: keys, by: \.identity).mapValues { Set($0.map(\.fingerprint)) }
    }
}

/// What selectors ask, put together once for each account, set of labels and issuer.
private struct DeviceGroups {
    private struct Key: Hashable {
        let account: Int64
        let labelSet: Int64
        let issuer: Int64
    }

    private let snapshot: any FleetView
    private var known: [Key: SelectorFacts] = [:]
    /// A fleet that labels every device differently must not fill the memory.
    private static let capacity = 50_000

    init(_ snapshot: any FleetView) { self.snapshot = snapshot }

    mutating func facts(of certificate: RevocableCertificate) throws -> SelectorFacts {
        let key = Key(account: certificate.account, labelSet: certificate.labelSet, issuer: certificate.issuer)
        if let facts = known[key] { return facts }
        let facts = SelectorFacts(
            account: try snapshot.accountName(certificate.account).text,
            labels: try snapshot.labels(ofSet: certificate.labelSet).values,
            issuer: try snapshot.issuerName(certificate.issuer))
        if known.count >= DeviceGroups.capacity { known.removeAll(keepingCapacity: true) }
        known[key] = facts
        return facts
    }
}
