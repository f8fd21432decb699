import Delivery
import Fleet
import Issuing
import PKI
import Planning
import Policy
import RotationModel

/// A certificate revocation list that a run published.
package struct PublishedList: Sendable {
    /// Its file's name under `delivery/crl`.
    package let file: String
    package let authority: String
    /// The CRL number (RFC 5280, 5.2.3).
    package let number: UInt64
    package let entries: Int
    package let nextUpdate: Timestamp
}

/// What came of the authorities' revocation lists.
package struct ListsOutcome: Sendable {
    package var published: [PublishedList] = []
    /// Why revocations are not told to anybody; each a sentence with what to do.
    package var troubles: [String] = []

    package init(published: [PublishedList] = [], troubles: [String] = []) {
        (self.published, self.troubles) = (published, troubles)
    }
}

/// The stage that keeps the authorities' revocation lists: each is built anew when something in it changed, or when half of
/// its validity is over.
///
/// The number is recorded before the list is signed, so that none is ever used twice; a list that was recorded and not
/// published is built again, under the next number.
struct RevocationLists {
    let run: RunContext
    let tree: DeliveryTree
    let keys: SigningKeys
    let authorities: AuthorityDirectory
    let policies: PolicySet

    func perform() throws -> ListsOutcome {
        run.observer.began(.revocationLists, total: nil)
        defer { run.observer.ended(.revocationLists) }
        var outcome = ListsOutcome()
        let names = try run.inventory.issuerNames()
        let corrected = try verifyImported()
        for name in authorities.names {
            guard let entry = authorities[name] else { continue }
            if let trouble = try entry.listTrouble(run.inventory) {
                outcome.troubles.append(trouble)
                run.observer.warn(trouble)
            } else if let authority = keys.authorities[name] {
                outcome.published += try lists(
                    of: entry, authority, issuers: entry.spellings(among: names), isCorrected: corrected.contains(name))
            }
        }
        return outcome
    }

    /// Only what an authority's own key signed goes on its list: whoever could write another's name could put anybody's serial number there.
    ///
    /// - Returns: the authorities whose lists have had what is not theirs.
    private func verifyImported() throws -> Set<String> {
        let found = try run.inventory.planningSnapshot {
            try ImportedRevocations.find(in: $0, of: authorities.names, authorities, at: run.at)
        }
        try run.inventory.recordSigners(found.signers)
        return found.corrected
    }

    /// - Parameter issuers: the authority's name, as its certificates spell it.
    private func lists(
        of entry: AuthorityDirectory.Entry, _ authority: Authority, issuers: [String], isCorrected: Bool
    ) throws -> [PublishedList] {
        let last = try run.inventory.lastRevocation(issuers: issuers)
        // Nobody is pointed to the list of an authority without a CRL's URL, unless there is something to say in it.
        guard entry.configuration.crlURL != nil || last > 0 else { return [] }
        guard run.at <= entry.certificate.notAfter else { return [] }
        let lastRun = try run.inventory.lastRun()?.now
        let check = PublishedRevocationList(tree: tree, key: authority.certificate.publicKey)
        var due = try scopes(of: entry.configuration).compactMap { scope -> DueList? in
            let state = try run.inventory.crlState(scope.file)
            let isDue =
                try isCorrected || isDue(scope, state, check, last: last, issuers: issuers)
            return isDue ? DueList(scope: scope, state: state, at: run.at, lastRun: lastRun) : nil
        }
        guard !due.isEmpty else { return [] }
        try run.inventory.forEachRevoked(issuers: issuers, after: 0) { revoked in
            for place in due.indices where due[place].takes(revoked) {
                due[place].entries.append(
                    RevokedEntry(
                        serialNumber: revoked.serialNumber,
                        revokedAt: PublishedRevocationList.date(of: revoked.revokedAt, onListOf: run.at),
                        reason: revoked.reason))
            }
        }
        let signer = try signer(for: authority)
        return try due.map { try publish($0, check, by: signer, of: entry.configuration, covers: last) }
    }

    /// The complete list, and where there are shards one for each: a verifier fetches the one that its certificate names. A
    /// certificate keeps that name, so the shards of other numbers that there once were are kept up as well.
    private func scopes(of authority: AuthorityConfiguration) throws -> [ListScope] {
        let complete = ListScope(file: authority.crlFileName(shard: nil), distributionPoint: nil, shard: nil)
        let known = try run.inventory.crlStates(ofAuthority: authority.name).compactMap {
            authority.shardCount(in: $0.name)
        }
        let counts = Set(known + [authority.crlShards]).filter { $0 > 1 }.sorted()
        return [complete]
            + counts.flatMap { count in
                authority.crlURLs(shards: count).enumerated().map { number, url in
                    ListScope(
                        file: authority.crlFileName(shard: number, of: count), distributionPoint: url,
                        shard: (number, count))
                }
            }
    }

    private func isDue(
        _ scope: ListScope, _ state: CRLState?, _ check: PublishedRevocationList, last: Int64, issuers: [String]
    ) throws -> Bool {
        guard let state, state.isPublished else { return true }
        if let fault = check.fault(of: state) {
            run.observer.warn(
                "the CRL \(tree.root)/crl/\(scope.file) is not the one that was published: \(fault); it is built anew")
            return true
        }
        // Of a clock that was wrong: verifiers may take it for not valid yet, and it may have left out what is valid.
        if state.thisUpdate > run.at { return true }
        let half = TimeSpan(seconds: (state.nextUpdate - state.thisUpdate).seconds / 2)
        if run.at >= state.thisUpdate + half { return true }
        guard last > state.covers else { return false }
        guard scope.shard != nil else { return true }
        var isNews = false
        try run.inventory.forEachRevoked(issuers: issuers, after: state.covers) { revoked in
            if scope.takes(revoked.serialNumber) { isNews = true }
        }
        return isNews
    }

    private func publish(
        _ list: DueList, _ check: PublishedRevocationList, by signer: RevocationListSigner,
        of authority: AuthorityConfiguration, covers: Int64
    ) throws -> PublishedList {
        // An inventory that was made anew must not go back behind what verifiers have seen.
        let seen = check.seenNumber(of: list.scope.file) ?? 0
        let state = try run.inventory.beginCRL(
            name: list.scope.file, authority: authority.name, thisUpdate: run.at,
            nextUpdate: run.at + authority.crlValidity,
            covers: covers, numberAtLeast: seen + 1, run: run.id, at: run.at)
        let signed = try signer.sign(
            RevocationListOrder(
                number: state.number, thisUpdate: state.thisUpdate, nextUpdate: state.nextUpdate,
                entries: list.entries, distributionPoint: list.scope.distributionPoint))
        try HighWater(inventory: run.inventory, tree: tree).raise()
        try tree.publishRevocationList(list.scope.file, signed.der)
        try run.inventory.markCRLPublished(list.scope.file, number: state.number)
        return PublishedList(
            file: list.scope.file, authority: authority.name, number: state.number, entries: list.entries.count,
            nextUpdate: state.nextUpdate)
    }

    /// Signs as the authority's certificates are signed, where a profile says so.
    private func signer(for authority: Authority) throws -> RevocationListSigner {
        let profile = policies.policies.first { $0.profile.authority == authority.name }?.profile
        return try RevocationListSigner(authority: authority, signature: profile?.signature, pssHash: profile?.hash)
    }
}

/// Which certificates a list speaks for.
private struct ListScope {
    let file: String
    let distributionPoint: String?
    let shard: (number: Int, count: Int)?

    func takes(_ serial: SerialNumber) -> Bool {
        shard.map { serial.shard(of: $0.count) == $0.number } ?? true
    }
}

private struct DueList {
    let scope: ListScope
    let retention: EntryRetention
    var entries: [RevokedEntry] = []

    init(scope: ListScope, state: CRLState?, at: Timestamp, lastRun: Timestamp?) {
        self.scope = scope
        retention = EntryRetention(after: state, at: at, lastRun: lastRun)
    }

    func takes(_ revoked: RevokedCertificate) -> Bool {
        scope.takes(revoked.serialNumber) && retention.keeps(revoked)
    }
}
