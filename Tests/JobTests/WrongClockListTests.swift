import PKI
import RotationModel
import RotationTesting
import Testing

@testable import Fleet
@testable import Job
@testable import Planning

@Suite("Revocation lists and clocks that are wrong")
struct WrongClockListTests {
    private static let now = TestFleet.now

    private func fleet() throws -> TestFleet {
        let fleet = try TestFleet(
            limits: "{ revoke: 100% }",
            authority: "crl: { url: \"http://crl.example.com/fleet-ca-1.crl\", validity: 8d }")
        try fleet.add("first", left: .days(60))
        try fleet.add("second", left: .days(80))
        return try fleet.load()
    }

    private func list(_ fleet: TestFleet) throws -> RevocationList {
        try RevocationList(reading: try fleet.folder.read("delivery/crl/fleet-ca-1.crl"))
    }

    private func revoke(_ device: String, in fleet: TestFleet, at: Timestamp) async throws {
        _ = try await RevocationService(fleet.workspace, at: at, actor: "test", clock: FixedClock(at))
            .carryOut(ManualRevocation(target: .device(DeviceID(checked: device)), reason: .keyCompromise))
    }

    @Test(
        "Lists that were written a year ahead, however many, cost no entry of a certificate that is valid",
        arguments: [1, 2, 3])
    func ahead(runs: Int64) async throws {
        let fleet = try fleet()
        try await fleet.run()
        try await revoke("first", in: fleet, at: Self.now + .hours(1))
        let serials = try list(fleet).entries.map(\.serialNumber)
        for run in 0..<runs { try await fleet.run(at: Self.now + .days(365 + 8 * run)) }
        let wrong = try list(fleet)
        #expect(wrong.thisUpdate > Self.now + .days(300))
        // The next right run mends it at once, though neither is anything news nor half of its validity over.
        let outcome = try await fleet.run(at: Self.now + .hours(2))
        let right = try list(fleet)
        #expect(outcome.lists.published.map(\.number) == [right.number ?? 0])
        #expect(right.thisUpdate == Self.now + .hours(2) && right.number ?? 0 > wrong.number ?? 0)
        #expect(right.entries.map(\.serialNumber) == serials)
        #expect(try await fleet.run(at: Self.now + .hours(3)).lists.published.isEmpty, "once is enough")
    }

    @Test(
        "A revocation that was dated after the certificate's end by a wrong clock is listed while the certificate is valid"
    )
    func datedAhead() async throws {
        let fleet = try fleet()
        try await fleet.run()
        try fleet.setPolicies(policyFile(revoking: [RevocationText(match: "{ device: second }", mode: "revoke-now")]))
        // The clock is ahead by less than the certificate lasts, when it is revoked; then by more.
        try await fleet.run(at: Self.now + .days(79))
        try await fleet.run(at: Self.now + .days(500))
        try await fleet.run(at: Self.now + .days(1))
        let entries = try list(fleet).entries
        #expect(entries.map(\.revokedAt) == [Self.now + .days(1)], "a date to come could read as not revoked yet")
        var found: [Mismatch] = []
        _ = try await Verification(fleet.workspace, at: Self.now + .days(1)).perform { found.append($0) }
        #expect(!found.contains { $0.code.hasPrefix("crl") }, "that is how it was recorded to be listed")
        // It stays until a list was published after the end, by the right clock.
        try await fleet.run(at: Self.now + .days(78))
        #expect(try list(fleet).entries.count == 1)
        try await fleet.run(at: Self.now + .days(83))
        #expect(try list(fleet).entries.count == 1)
        try await fleet.run(at: Self.now + .days(90))
        #expect(try list(fleet).entries.isEmpty)
    }

    struct Row: Sendable, CustomTestStringConvertible {
        /// Days: the certificate's end, its revocation, the list before and the one before that, and now.
        let notAfter, revokedAt: Int64
        let seen, before: Int64?
        var isPublished = true
        let at: Int64
        let keeps: Bool
        var testDescription: String {
            "end \(notAfter) revoked \(revokedAt) lists \(before ?? -1) \(seen ?? -1) now \(at)"
        }
    }

    private static let rows = [
        Row(notAfter: 10, revokedAt: 1, seen: nil, before: nil, at: 2, keeps: true),
        Row(notAfter: 10, revokedAt: 1, seen: 9, before: nil, at: 12, keeps: true),
        Row(notAfter: 10, revokedAt: 1, seen: 12, before: 9, at: 16, keeps: false),
        Row(notAfter: 10, revokedAt: 1, seen: 12, before: 9, isPublished: false, at: 16, keeps: true),
        // The last list is of a wrong clock.
        Row(notAfter: 10, revokedAt: 1, seen: 400, before: 1, at: 2, keeps: true),
        Row(notAfter: 10, revokedAt: 1, seen: 400, before: 1, at: 12, keeps: true),
        Row(notAfter: 10, revokedAt: 1, seen: 400, before: 400, isPublished: false, at: 2, keeps: true),
        // And so is the revocation.
        Row(notAfter: 10, revokedAt: 400, seen: 400, before: 1, at: 2, keeps: true),
        Row(notAfter: 10, revokedAt: 400, seen: 3, before: 400, at: 12, keeps: true),
        Row(notAfter: 10, revokedAt: 400, seen: 12, before: 3, at: 16, keeps: false),
        // It had expired before it was revoked.
        Row(notAfter: 10, revokedAt: 11, seen: 3, before: nil, at: 12, keeps: false),
        Row(notAfter: 10, revokedAt: 11, seen: nil, before: nil, at: 12, keeps: false),
    ]

    @Test(
        "An entry goes when a list after the certificate's end was published, and now is past that end", arguments: rows
    )
    func retention(_ row: Row) {
        func day(_ number: Int64) -> Timestamp { Self.now + .days(number) }
        let state = row.seen.map { seen in
            CRLState(
                name: "a.crl", authority: "a", number: 1, thisUpdate: day(seen), previousUpdate: row.before.map(day),
                nextUpdate: day(seen + 8), covers: 0, isPublished: row.isPublished)
        }
        let revoked = RevokedCertificate(
            id: 1, serialNumber: SerialNumber(bytes: [1]), revokedAt: day(row.revokedAt), reason: .superseded,
            notAfter: day(row.notAfter))
        #expect(EntryRetention(after: state, at: day(row.at)).keeps(revoked) == row.keeps)
    }
}
