import Fleet
import Policy
import RotationModel

/// Which certificates the revocations in force reach. It says who is meant, not what is done now: that is ``DeviceRevocations``.
package struct RevocationScope {
    package let revocations: [RevocationInForce]
    /// Certificates that are REVOKED, by the place of a revocation for keyCompromise that reaches them.
    package let revokedByCompromise: [Int: [Int64]]
    /// In the order of ``revocations``.
    let outlooks: [RevocationOutlook]
    /// The keys that no certificate is issued for any more, of each revocation for keyCompromise, in the same order.
    package let refusedKeys: [Set<KeyReference>]
    /// Of these, the ones that no run has recorded yet.
    package let newlyRefusedKeys: [Set<KeyReference>]
    /// By device.
    let reached: [Int64: [ReachedCertificate]]

    /// Whether each revocation has an order on record, which replacements are held against, and no person gave another one since.
    package func isOfAllOrders(in snapshot: any FleetView) throws -> Bool {
        let given = try snapshot.revocationOrders().filter { $0.kind == .manual }.map(\.id)
        return revocations.allSatisfy { $0.order != nil }
            && given == revocations.filter { $0.policy == nil }.compactMap(\.order)
    }

    /// The certificates that are reached, by row.
    package var rows: Set<Int64> { Set(reached.values.joined().map(\.certificate.row)) }

    /// How many certificates that authenticate today are reached: no run revokes more of them.
    package var activeCount: Int {
        reached.values.reduce(0) { $0 + $1.count { $0.certificate.status == .active } }
    }

    /// What the revocations mean, with what a plan does about them now.
    func outlooks(under decisions: [Decision]) -> [RevocationOutlook] {
        var outlooks = outlooks
        let places = Dictionary(
            revocations.enumerated().map { ($0.element.name, $0.offset) }, uniquingKeysWith: { first, _ in first })
        for item in reached.values.joined() where item.certificate.status == .active {
            for order in item.orders { outlooks[order.revocation].waiting += 1 }
        }
        for decision in decisions where decision.action == .revoke {
            for place in decision.revocation?.orders.compactMap({ places[$0] }) ?? [] {
                outlooks[place].due += 1
                if decision.subject.status == .active { outlooks[place].waiting -= 1 }
            }
        }
        return outlooks
    }

    package func refuses(_ key: KeyIdentity) -> Bool {
        // References are equal by their identity: with which fingerprint one asks makes no difference.
        let reference = KeyReference(identity: key, fingerprint: KeyFingerprint(key.digest))
        return refusedKeys.contains { $0.contains(reference) }
    }

    /// Follows every revocation through the inventory. Costs nothing where there is none, and a look at each certificate that could be named
    /// where a policy file has rules.
    ///
    /// - Parameters:
    ///   - name: an order that a person gave, to follow it alone.
    ///   - draft: an order that a person is about to give, with the certificates and keys that it names.
    package static func find(
        in snapshot: any FleetView, rules: [RevocationRule], at: Timestamp, onlyOrder name: String? = nil,
        draft: (order: RevocationInForce, seeds: [RevocableCertificate], keys: [KeyReference])? = nil
    ) throws -> RevocationScope {
        let manual = try snapshot.revocationOrders().filter { order in
            order.kind == .manual && (name.map { $0 == order.name } ?? true)
        }
        guard !rules.isEmpty || !manual.isEmpty || draft != nil else {
            return RevocationScope(revocations: [], outlooks: [], refusedKeys: [], reached: [:])
        }
        let revocations =
            try rules.map { rule in
                RevocationInForce(rule, recorded: try snapshot.revocationOrder(named: rule.name), at: at)
            } + manual.map(RevocationInForce.init) + (draft.map { [$0.order] } ?? [])

        let sharedKeys = try snapshot.sharedKeys()
        var searches = revocations.map { RevocationSearch($0, snapshot, sharedKeys: sharedKeys) }
        try RevocationSeeds.forEach(of: rules, in: snapshot, sharedKeys: sharedKeys) { try searches[$0].add($1) }
        for (place, order) in zip(rules.count..., manual) {
            for seed in order.seeds {
                if let certificate = try snapshot.certificate(row: seed) { try searches[place].add(certificate) }
            }
        }
        for seed in draft?.seeds ?? [] { try searches[searches.count - 1].add(seed) }
        for (place, revocation) in revocations.enumerated() {
            let isDraft = draft != nil && place == revocations.count - 1
            let keys = try isDraft ? draft?.keys ?? [] : revocation.order.map { try snapshot.refusedKeys(of: $0) } ?? []
            try searches[place].follow(keys: keys)
        }
        return RevocationScope(revocations, searches)
    }

    private init(_ revocations: [RevocationInForce], _ searches: [RevocationSearch]) {
        self.revocations = revocations
        var outlooks = revocations.map(RevocationOutlook.init)
        var found: [Int64: ReachedCertificate] = [:]
        var revoked: [Int: [Int64]] = [:]
        for (place, search) in searches.enumerated() {
            for (reach, rows) in search.revoked {
                outlooks[place].count(reach, rows.count)
                outlooks[place].revoked += rows.count
                if revocations[place].reason == .keyCompromise { revoked[place, default: []] += rows }
            }
            let claims = Dictionary(grouping: search.found.values.map(\.certificate)) { $0.fingerprint }
            for (certificate, reach) in search.found.values {
                outlooks[place].count(reach, 1)
                let order = ReachedCertificate.Order(revocation: place, reach: reach)
                if found[certificate.row] == nil {
                    found[certificate.row] = ReachedCertificate(
                        certificate: certificate,
                        others: (claims[certificate.fingerprint] ?? []).filter { $0.row != certificate.row },
                        by: order)
                } else {
                    found[certificate.row]?.add(order, of: revocations)
                }
            }
        }
        self.outlooks = outlooks
        revokedByCompromise = revoked
        refusedKeys = searches.map(\.refusedKeys)
        newlyRefusedKeys = searches.map(\.newlyRefusedKeys)
        reached = Dictionary(grouping: found.values.sorted { $0.certificate.row < $1.certificate.row }) {
            $0.certificate.deviceRow
        }
    }

    private init(
        revocations: [RevocationInForce], outlooks: [RevocationOutlook], refusedKeys: [Set<KeyReference>],
        reached: [Int64: [ReachedCertificate]]
    ) {
        (self.revocations, self.outlooks) = (revocations, outlooks)
        (self.refusedKeys, self.reached) = (refusedKeys, reached)
        newlyRefusedKeys = []
        revokedByCompromise = [:]
    }
}
