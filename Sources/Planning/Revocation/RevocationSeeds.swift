import Fleet
import Policy
import RotationModel

/// Finds the certificates that the policies' revocation rules name.
enum RevocationSeeds {
    /// Looks at the certificates of those classes alone that a rule may name.
    ///
    /// - Parameter body: is handed each certificate that a rule names, REVOKED ones too (what hangs on those is reached as well), and the
    ///   rule's place; in no order. It may read from the snapshot.
    static func forEach(
        of rules: [RevocationRule], in snapshot: any FleetView, sharedKeys: Set<KeyIdentity>,
        _ body: (Int, RevocableCertificate) throws -> Void
    ) throws {
        guard !rules.isEmpty else { return }
        let spellings = try spellings(of: rules, snapshot)
        var groups = DeviceGroups(snapshot)
        func look(at certificate: RevocableCertificate) throws {
            let group = try groups.facts(of: certificate)
            let facts = RevocableFacts(
                fingerprint: certificate.fingerprint, serialNumber: certificate.serialNumber, issuer: group.issuer,
                notBefore: certificate.notBefore, key: certificate.key,
                keyFingerprint: certificate.publicKey.fingerprint,
                otherKeyFingerprints: spellings.isEmpty ? [] : spellings[certificate.publicKey.identity] ?? [],
                signature: certificate.signature, isKeyShared: sharedKeys.contains(certificate.publicKey.identity))
            for (place, rule) in rules.enumerated() where rule.matches(facts, group, id: certificate.device) {
                try body(place, certificate)
            }
        }
        try snapshot.forEachCertificateClass { alike in
            let group = try groups.facts(account: alike.account, labelSet: alike.labelSet, issuer: alike.issuer)
            guard rules.contains(where: { $0.mayMatch(group, key: alike.key, signature: alike.signature) }) else {
                return
            }
            try snapshot.forEachCertificate(ofClass: alike.row) { try look(at: $0) }
        }
        try snapshot.forEachCertificate(ofClass: nil) { try look(at: $0) }
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
        try facts(account: certificate.account, labelSet: certificate.labelSet, issuer: certificate.issuer)
    }

    mutating func facts(account: Int64, labelSet: Int64, issuer: Int64) throws -> SelectorFacts {
        let key = Key(account: account, labelSet: labelSet, issuer: issuer)
        if let facts = known[key] { return facts }
        let facts = SelectorFacts(
            account: try snapshot.accountName(account).text,
            labels: try snapshot.labels(ofSet: labelSet).values,
            issuer: try snapshot.issuerName(issuer))
        if known.count >= DeviceGroups.capacity { known.removeAll(keepingCapacity: true) }
        known[key] = facts
        return facts
    }
}
