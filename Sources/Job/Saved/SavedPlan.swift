import Delivery
import Planning
import RotationModel
import System

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A plan that `plan --save` kept, as `run --plan` reads it back: what it says, and what it was decided from.
package struct SavedPlan: Sendable {
    /// A row, by what decides about it.
    struct Row: Hashable, Sendable {
        let device: String
        let account: String
        let fingerprint: String
        let action: String
        let code: String
        let policy: String?
        let revocation: String?
    }

    /// Where it was read from, for messages.
    package let path: String
    /// The time that it was made for.
    package let at: Timestamp
    /// The most certificates that it issues, as `plan --limit` said, or nil.
    package let limit: Int?
    package let digests: PlanDigests
    /// The guards that it shows: whoever runs it has seen them.
    package let guards: [String]
    let rows: [Row]

    /// The longest file that is read, 2 GiB: some four million rows.
    fileprivate static let longest = 1 << 31

    static let howToMake = "make one with `rotation-job plan --save FILE`"

    /// For ``PlanDigests/rows``: over all that a person reviews and `run --plan` takes from the file.
    static func digest(of rows: some Sequence<Row>, guards: [String], at: Timestamp, limit: Int?) -> String {
        var digest = StateDigest()
        digest.add(at)
        digest.add(limit.map(Int64.init))
        digest.add(guards.count)
        for text in guards { digest.add(text) }
        for row in rows {
            for field in [row.device, row.account, row.fingerprint, row.action, row.code] { digest.add(field) }
            digest.add(row.policy)
            digest.add(row.revocation)
        }
        return digest.finish()
    }
}

// MARK: - The file

extension SavedPlan {
    /// - Throws: ``RotationError/Code/badInput`` where the file is no saved plan, or was edited since.
    package init(reading path: String) throws(RotationError) {
        let bytes = try Files.read(path, limit: SavedPlan.longest, followsLinks: true)
        let document: Document
        do {
            document = try JSONDecoder().decode(Document.self, from: Data(bytes))
        } catch {
            throw RotationError(.badInput, "this is no plan as JSON", at: path, advice: SavedPlan.howToMake)
        }
        guard document.version == 1 else {
            throw RotationError(
                .badInput, "the plan is of version \(document.version), and this program knows version 1", at: path,
                advice: SavedPlan.howToMake)
        }
        guard let digests = document.digests, let at = Timestamp(rfc3339: document.at) else {
            throw RotationError(
                .badInput, "the plan has no digests of what it was decided from: it was printed, and not saved",
                at: path,
                advice: SavedPlan.howToMake)
        }
        self.path = path
        self.at = at
        limit = document.limit
        guards = document.guards
        rows = document.decisions.map { row in
            Row(
                device: row.device, account: row.account, fingerprint: row.fingerprint, action: row.action,
                code: row.reason.code, policy: row.policy?.name, revocation: row.revocation?.name)
        }
        self.digests = PlanDigests(
            policies: digests.policies, authorities: digests.authorities, inventory: digests.inventory,
            inbox: digests.inbox, rows: digests.rows)
        guard SavedPlan.digest(of: rows, guards: guards, at: at, limit: limit) == digests.rows else {
            throw RotationError(
                .badInput, "the plan was edited after it was saved: its rows are not those of its digest", at: path,
                advice:
                    "a plan is carried out as a whole; to take a part, save one with `rotation-job plan --limit N --save FILE`"
            )
        }
    }

    fileprivate struct Document: Decodable {
        struct Digests: Decodable {
            let policies: String
            let authorities: String
            let inventory: String
            let inbox: String
            let rows: String
        }

        struct Name: Decodable { let name: String }
        struct Code: Decodable { let code: String }

        struct Decision: Decodable {
            let device: String
            let account: String
            let fingerprint: String
            let action: String
            let reason: Code
            let policy: Name?
            let revocation: Name?
        }

        let version: Int
        let at: String
        let limit: Int?
        let digests: Digests?
        let guards: [String]
        let decisions: [Decision]
    }
}

extension SavedPlan.Row {
    init(_ decision: Decision) {
        self.init(
            device: decision.device.text, account: decision.account.text, fingerprint: decision.fingerprint.hex,
            action: decision.action.name.rawValue, code: decision.reason.code.rawValue, policy: decision.policy?.name,
            revocation: decision.revocation?.name)
    }
}
