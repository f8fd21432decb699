import Delivery
import Fleet
import Issuing
import PKI
import RotationModel

/// Every CRL that is on record: whether it lies there, is its authority's, is the one that was issued last, and lists exactly what is
/// revoked and has not expired.
struct RevocationListCheck: VerificationCheck {
    let subject = "the CRLs"

    func look(at scene: VerificationScene, report: (Mismatch) throws -> Void) async throws {
        let tree = try DeliveryInspection(scene.workspace.delivery)
        let states = try scene.inventory.crlStates()
        let names = try scene.inventory.issuerNames()
        for name in scene.authorities.names {
            guard let entry = scene.authorities[name] else { continue }
            let issuers = entry.spellings(among: names)
            let own = states.filter { $0.authority == name }
            let last = try scene.inventory.lastRevocation(issuers: issuers)
            if own.isEmpty {
                guard last > 0, try entry.listTrouble(scene.inventory) == nil, entry.configuration.issuer == nil else {
                    continue
                }
                try report(
                    Mismatch(
                        "crl-missing", at: "authority \(name)",
                        "certificates of it are revoked, and no CRL was ever issued", remedy: Mismatch.running))
                continue
            }
            let revoked = try RevokedBySerial(scene.inventory, issuers: issuers)
            for state in own {
                try RevocationListComparison(tree: tree, entry: entry, state: state, revoked: revoked, at: scene.at)
                    .look(report)
            }
        }
        try strangers(tree, states, report)
    }

    private func strangers(
        _ tree: DeliveryInspection, _ states: [CRLState], _ report: (Mismatch) throws -> Void
    ) throws {
        guard let listing = try tree.listing(["crl"]) else { return }
        let known = Set(states.map(\.name))
        for name in listing.files where !known.contains(name) && !TemporaryName.matches(name) {
            try report(
                Mismatch(
                    "crl-unrecorded", at: "\(tree.root)/crl/\(name)", "no CRL of this name is on record",
                    remedy: Mismatch.recovering))
        }
    }
}

/// The revoked certificates of an authority, by serial number. As large as the CRL is.
struct RevokedBySerial {
    private(set) var claims: [SerialNumber: [RevokedCertificate]] = [:]

    init(_ inventory: any FleetStore, issuers: [String]) throws {
        try inventory.forEachRevoked(issuers: issuers) { claims[$0.serialNumber, default: []].append($0) }
    }
}

/// Compares one CRL with the records.
private struct RevocationListComparison {
    let tree: DeliveryInspection
    let entry: AuthorityDirectory.Entry
    let state: CRLState
    let revoked: RevokedBySerial
    let at: Timestamp

    /// So many entries of one CRL are told one by one.
    private static let most = 1000

    func look(_ report: (Mismatch) throws -> Void) throws {
        switch tree.file(["crl"], state.name, limit: RevocationList.largest) {
        case .missing: try report(mismatch("crl-missing", "it is not there; its number is \(state.number)"))
        case .unreadable(let why): try report(mismatch("crl-unreadable", why))
        case .file(let bytes, _):
            do {
                try look(RevocationList(reading: bytes), report)
            } catch let error as RotationError where error.code == .badInput {
                try report(mismatch("crl-unreadable", error.message))
            }
        }
    }

    private func look(_ list: RevocationList, _ report: (Mismatch) throws -> Void) throws {
        guard try list.isSigned(by: entry.certificate.publicKey) else {
            return try report(mismatch("crl-signature", "its signature is not by its authority's key"))
        }
        let number = list.number ?? 0
        if number > state.number {
            return try report(
                Mismatch(
                    "crl-newer", at: place, "its number is \(number), and \(state.number) is recorded",
                    remedy: Mismatch.recovering))
        }
        guard state.isPublished else {
            return try report(
                Mismatch(
                    "crl-unpublished", at: place, "number \(state.number) is recorded and was not published",
                    remedy: Mismatch.running, repair: .list(state.name)))
        }
        if number < state.number {
            try report(mismatch("crl-older", "its number is \(number), and \(state.number) is recorded"))
        }
        if list.thisUpdate > at {
            try report(mismatch("crl-future", "its thisUpdate, \(list.thisUpdate), is yet to come"))
        } else if number == state.number, list.thisUpdate != state.thisUpdate || list.nextUpdate != state.nextUpdate {
            try report(mismatch("crl-dates", "its dates are not those on record"))
        }
        var reporter = EntryReporter(most: RevocationListComparison.most)
        try lookAtEntries(of: list) { serial, what in
            try reporter.take { try report(mismatch("crl-entry", "serial number \(serial) \(what)")) }
        }
        if reporter.untold > 0 {
            try report(mismatch("crl-entry", "and \(reporter.untold) more of its entries are wrong"))
        }
    }

    private func lookAtEntries(
        of list: RevocationList, _ report: (SerialNumber, String) throws -> Void
    ) throws {
        var listed: Set<SerialNumber> = []
        for item in list.entries {
            listed.insert(item.serialNumber)
            guard let claims = revoked.claims[item.serialNumber] else {
                try report(item.serialNumber, "is on it, and no certificate of that number is revoked")
                continue
            }
            let isRecorded = claims.contains { claim in
                claim.reason == item.reason
                    && PublishedRevocationList.date(of: claim.revokedAt, onListOf: list.thisUpdate) == item.revokedAt
            }
            if !isRecorded {
                try report(item.serialNumber, "is on it with a date or a reason that nobody recorded")
            }
        }
        for (serial, claims) in revoked.claims.sorted(by: { $0.key.hex < $1.key.hex })
        where !listed.contains(serial) && takes(serial) && claims.contains(where: { isWanted($0, on: list) }) {
            try report(serial, "is revoked, has not expired, and is not on it")
        }
    }

    /// Whether a CRL of this date has to list it. What has expired may stay.
    private func isWanted(_ claim: RevokedCertificate, on list: RevocationList) -> Bool {
        claim.notAfter >= list.thisUpdate && claim.notAfter >= claim.revokedAt
    }

    private func takes(_ serial: SerialNumber) -> Bool {
        guard let count = entry.configuration.shardCount(in: state.name) else { return true }
        return entry.configuration.crlFileName(shard: serial.shard(of: count), of: count) == state.name
    }

    private func mismatch(_ code: String, _ what: String) -> Mismatch {
        Mismatch(
            code, at: place, what, remedy: "`rotation-job verify --repair` issues it anew",
            repair: .list(state.name))
    }

    private var place: String { "\(tree.root)/crl/\(state.name)" }
}

/// Passes the first of many on, and counts the rest.
private struct EntryReporter {
    let most: Int
    private var told = 0
    private(set) var untold = 0

    init(most: Int) { self.most = most }

    mutating func take(_ tell: () throws -> Void) rethrows {
        guard told < most else {
            untold += 1
            return
        }
        told += 1
        try tell()
    }
}
