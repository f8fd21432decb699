import Lifecycle
import PKI
import RotationModel
import RotationTesting
import Testing

@testable import Fleet
@testable import Reports

@Suite("The inventory's reports")
struct InventoryReportTests {
    private static func hash(_ digit: Character) -> String { String(repeating: digit, count: 64) }
    private let coloured = Style(isColoured: true)

    /// Two entries of a real audit: made by a run, one about a device.
    private func audit() throws -> [AuditEntry] {
        let folder = try TemporaryFolder()
        let inventory = try SQLFleet.create(sqlite: folder["fleet.sqlite"], sha256: SHA256.digest)
        try inventory.beginRun(
            RunRecord(id: "r1", startedAt: Fixture.now, now: Fixture.now, actor: "cron", host: "h", pid: 7))
        try inventory.take(
            [], refused: [RefusedFile(deviceRow: nil, device: "d1", file: "d1.csr", reason: "bad")], run: "r1",
            at: Fixture.now + .minutes(1))
        var entries: [AuditEntry] = []
        try inventory.audit { entries.append($0) }
        return entries
    }

    private func story(audit: [AuditEntry] = []) -> DeviceStory {
        DeviceStory(
            listing: Fixture.listing, sequence: 3, addedAt: Fixture.now - .days(2),
            rotations: [
                RotationStory(
                    row: 1, state: .delivered, oldCertificate: Fixture.fingerprint("a"),
                    newCertificate: Fixture.fingerprint("b"),
                    cause: Cause(Fixture.expiring, PolicyReference(name: "field", file: "policies/a.yaml", line: 3)),
                    run: "r1", openedAt: Fixture.now - .days(1),
                    changedAt: Fixture.now)
            ],
            manifest: ManifestRecord(
                deviceRow: 1, device: "d1", account: AccountID(checked: "1"), sequence: 3, action: .install,
                reason: Fixture.expiring, run: "r1", issued: Fixture.now, expires: Fixture.now + .days(30),
                certificateDER: nil, certificate: nil, authority: "ca-1", replaces: nil, requestKeys: [],
                requestSubject: nil,
                refused: nil),
            isManifestPublished: false,
            request: WaitingRequest(
                publicKey: KeyReference(
                    identity: KeyIdentity(Fixture.fingerprint("e").digest),
                    fingerprint: KeyFingerprint(Fixture.fingerprint("d").digest)), algorithm: .ecdsaP384),
            requestReceivedAt: Fixture.now, refused: "weak-key: too short", audit: audit)
    }

    @Test("A list has a line a certificate for people, and a line a device for programs")
    func list() throws {
        let report = ListReport(isJSON: false)
        let name = "d1" + String(repeating: " ", count: 30)
        #expect(
            String(decoding: report.lines(Fixture.listing), as: UTF8.self) == """
                \(name)  ACTIVE              2026-12-11T00:00:00Z  ecdsa-p256  aaaaaaaaaaaaaaaa
                \(name)  PENDING_ACTIVATION  2026-12-11T00:00:00Z  ecdsa-p256  bbbbbbbbbbbbbbbb

                """)
        let bare = DeviceListing(device: "d2", account: AccountID(checked: "1"), labels: [:], certificates: [])
        #expect(String(decoding: report.lines(bare), as: UTF8.self).hasSuffix("  no certificate\n"))
        #expect(
            String(decoding: ListReport(isJSON: true).lines(bare), as: UTF8.self)
                == #"{"device":"d2","account":"1","labels":{},"certificates":[]}"# + "\n")
        let plain = String(decoding: report.lines(Fixture.listing), as: UTF8.self)
        let painted = String(decoding: ListReport(style: coloured, isJSON: false).lines(Fixture.listing), as: UTF8.self)
        #expect(painted != plain && uncoloured(painted) == plain)
    }

    @Test("A certificate's JSON says everything that the inventory keeps of it, and leaves out what it does not")
    func certificateJSON() throws {
        let bytes = ListReport(isJSON: true).lines(Fixture.listing)
        let (a, b, c) = (Self.hash("a"), Self.hash("b"), Self.hash("c"))
        let common: [String] = [
            #""serialNumber":"012f","issuer":"CN=CA 1","subject":"CN=d1","notBefore":"2026-09-12T00:00:00Z","#,
            #""notAfter":"2026-12-11T00:00:00Z","key":"ecdsa-p256""#,
        ]
        let shared = common.joined()
        let tail = #""keyFingerprint":"\#(c)","signature":"ECDSA-WITH-SHA256""#
        let since = #""statusSince":"2026-11-30T00:00:00Z"}"#
        let parts: [String] = [
            #"{"device":"d1","account":"1","labels":{"product":"pump","stage":"field"},"certificates":["#,
            #"{"fingerprint":"\#(a)","status":"ACTIVE",\#(shared),"keyWeakness":"why not",\#(tail),"signedBy":"unverified",\#(since),"#,
            #"{"fingerprint":"\#(b)","status":"PENDING_ACTIVATION",\#(shared),\#(tail),"authority":"ca-1","signedBy":"authority",\#(since)]}"#,
            "\n",
        ]
        #expect(String(decoding: bytes, as: UTF8.self) == parts.joined())
        #expect((try parsed(bytes)["certificates"] as? [Any])?.count == 2)
    }

    @Test("The audit has a line an entry, as text and as JSON")
    func auditLines() throws {
        let entries = try audit()
        #expect(entries.count == 2)
        let texts = entries.map { String(decoding: AuditReport(isJSON: false).line($0), as: UTF8.self) }
        #expect(texts[0].hasPrefix("2026-12-01T00:00:00Z  run-started  by cron in run r1  {"))
        #expect(
            texts[1]
                == "2026-12-01T00:01:00Z  csr-refused  d1  by cron in run r1  {\"file\":\"d1.csr\",\"reason\":\"bad\"}\n"
        )
        let json = AuditReport(isJSON: true).line(entries[1])
        let parts: [String] = [
            #"{"id":2,"at":"2026-12-01T00:01:00Z","run":"r1","actor":"cron","action":"csr-refused","device":"d1","#,
            #""detail":{"file":"d1.csr","reason":"bad"},"hash":"\#(try #require(entries[1].hash).hex)"}"#, "\n",
        ]
        #expect(String(decoding: json, as: UTF8.self) == parts.joined())
        #expect(String(decoding: AuditReport(isJSON: true).line(entries[0]), as: UTF8.self).contains(#""device":null"#))
        #expect((try parsed(json)["detail"] as? [String: String])?["reason"] == "bad")
        let painted = String(decoding: AuditReport(style: coloured, isJSON: false).line(entries[0]), as: UTF8.self)
        #expect(painted != texts[0] && uncoloured(painted) == texts[0])
    }

    @Test("A device's story, for people")
    func storyText() throws {
        let text = StoryReport(story()).text
        #expect(
            text == """
                d1
                  account 1
                  labels  product=pump stage=field
                  added   2026-11-29T00:00:00Z

                Certificates
                  STATUS              NOT BEFORE            NOT AFTER             KEY         SIGNATURE          FINGERPRINT
                  ACTIVE              2026-09-12T00:00:00Z  2026-12-11T00:00:00Z  ecdsa-p256  ECDSA-WITH-SHA256  \(Self.hash("a"))
                  PENDING_ACTIVATION  2026-09-12T00:00:00Z  2026-12-11T00:00:00Z  ecdsa-p256  ECDSA-WITH-SHA256  \(Self.hash("b"))

                Rotations
                  delivered  field (policies/a.yaml:3), it ends
                    2026-11-30T00:00:00Z  opened in run r1

                Pick-up
                  manifest 3: install, issued 2026-12-01T00:00:00Z, expires 2026-12-31T00:00:00Z, not published yet
                  a CSR waits (ecdsa-p384), taken in at 2026-12-01T00:00:00Z
                  the last CSR was refused: weak-key: too short

                """)
        let whole = StoryReport(story(audit: try audit())).text
        #expect(whole.hasPrefix(text) && whole.contains("\n\nWhat happened\n  2026-12-01T00:00:00Z  run-started"))
        let painted = StoryReport(story(), style: coloured).text
        #expect(painted != text && uncoloured(painted) == text)
    }

    @Test("A device's story, for programs")
    func storyJSON() throws {
        let bytes = StoryReport(story(audit: try audit())).json
        let read = try parsed(bytes)
        #expect(read["device"] as? String == "d1")
        #expect(read["sequence"] as? Int == 3)
        #expect(read["refused"] as? String == "weak-key: too short")
        #expect((read["audit"] as? [Any])?.count == 2)
        let text = String(decoding: bytes, as: UTF8.self)
        let (a, b, d) = (Self.hash("a"), Self.hash("b"), Self.hash("d"))
        let parts: [String] = [
            #""rotations":[{"state":"delivered","replaces":"\#(a)","certificate":"\#(b)","#,
            #""reason":{"code":"expiring","text":"it ends"},"#,
            #""policy":{"name":"field","file":"policies/a.yaml","line":3},"run":"r1","#,
            #""opened":"2026-11-30T00:00:00Z","changed":"2026-12-01T00:00:00Z","#,
            #""steps":[{"step":"opened","at":"2026-11-30T00:00:00Z","run":"r1"}]}],"lineage":[],"#,
            #""manifest":{"sequence":3,"action":"install","issued":"2026-12-01T00:00:00Z","#,
            #""expires":"2026-12-31T00:00:00Z","published":false},"#,
            #""request":{"key":"ecdsa-p384","keyFingerprint":"\#(d)","received":"2026-12-01T00:00:00Z"},"#,
        ]
        #expect(text.contains(parts.joined()))
        let bare = DeviceStory(
            listing: Fixture.listing, sequence: 0, addedAt: Fixture.now, rotations: [], manifest: nil,
            isManifestPublished: false, request: nil, requestReceivedAt: nil, refused: nil, audit: [])
        let end = String(decoding: StoryReport(bare).json, as: UTF8.self)
        #expect(
            end.hasSuffix(
                #""sequence":0,"rotations":[],"lineage":[],"manifest":null,"request":null,"audit":[]}"# + "\n"))
    }

    /// A certificate that was renewed, confirmed, and then revoked as the descendant of a stolen one.
    private var revokedStory: DeviceStory {
        var (old, new) = (Fixture.certificate("a", .inactive), Fixture.certificate("b", .revoked))
        old.history = CertificateHistory(
            parent: nil, confirmedAt: nil, replacedAt: Fixture.now + .days(2), revocation: nil)
        new.history = CertificateHistory(
            parent: Fixture.fingerprint("a"), confirmedAt: Fixture.now + .days(2), replacedAt: nil,
            revocation: RevocationStory(
                reason: .keyCompromise, revokedAt: Fixture.now + .days(9), order: "manual:1", reach: .descendant,
                actor: "alice", run: "r9", note: "found in a bin"))
        var rotation = story().rotations[0]
        rotation.issued = RotationStep(at: Fixture.now, run: "r1")
        rotation.delivered = RotationStep(at: Fixture.now, run: "r1")
        rotation.confirmed = RotationStep(at: Fixture.now + .days(2), run: "r2")
        rotation.ended = RotationStep(at: Fixture.now + .days(9), run: "r9")
        rotation.revocation = "stolen"
        return DeviceStory(
            listing: DeviceListing(
                device: Fixture.listing.device, account: Fixture.listing.account, labels: Fixture.listing.labels,
                certificates: [old, new]), sequence: 4, addedAt: Fixture.now, rotations: [rotation], manifest: nil,
            isManifestPublished: false, request: nil, requestReceivedAt: nil, refused: nil, audit: [])
    }

    @Test("A device's story tells where each certificate comes from, every step, and who revoked what and why")
    func lineage() throws {
        let text = StoryReport(revokedStory).text
        let (a, b) = (Self.hash("a").prefix(16), Self.hash("b").prefix(16))
        #expect(
            text.contains(
                """
                Lineage
                  \(a)…  replaced 2026-12-03T00:00:00Z
                  \(b)…  renews \(a)…, confirmed 2026-12-03T00:00:00Z, revoked 2026-12-10T00:00:00Z for keyCompromise by manual:1 (descendant), ordered by alice, in run r9: found in a bin

                Rotations
                  delivered  field (policies/a.yaml:3), it ends
                    2026-11-30T00:00:00Z  opened in run r1
                    2026-12-01T00:00:00Z  issued in run r1
                    2026-12-01T00:00:00Z  delivered in run r1
                    2026-12-03T00:00:00Z  confirmed in run r2
                    2026-12-10T00:00:00Z  delivered in run r9

                """))
        let json = String(decoding: StoryReport(revokedStory).json, as: UTF8.self)
        let parts: [String] = [
            #""lineage":[{"fingerprint":"\#(Self.hash("a"))","replaced":"2026-12-03T00:00:00Z"},"#,
            #"{"fingerprint":"\#(Self.hash("b"))","renews":"\#(Self.hash("a"))","confirmed":"2026-12-03T00:00:00Z","#,
            #""revocation":{"reason":"keyCompromise","at":"2026-12-10T00:00:00Z","order":"manual:1","#,
            #""reach":"descendant","actor":"alice","run":"r9","note":"found in a bin"}}],"#,
        ]
        #expect(json.contains(parts.joined()))
        #expect(json.contains(#""revocation":"stolen","steps":[{"step":"opened""#))
    }

    private let summary = InventorySummary(
        devices: 3, certificates: 4, accounts: 1,
        byStatus: [.init(name: "ACTIVE", count: 3), .init(name: "REVOKED", count: 1)],
        byKeyAlgorithm: [.init(name: "ecdsa-p256", count: 3)], byIssuer: [], expired: 1, expiringWithin7Days: 2,
        expiringWithin30Days: 2, expiringWithin90Days: 10, devicesWithoutActive: 1)

    @Test("The fleet in numbers")
    func numbers() throws {
        let report = SummaryReport(summary, at: Fixture.now)
        #expect(
            report.text == """
                3 devices, 4 certificates, 1 account as of 2026-12-01T00:00:00Z

                ACTIVE certificates that end
                   1  expired
                   2  within 7 days
                   2  within 30 days
                  10  within 90 days

                Certificates by status
                  3  ACTIVE
                  1  REVOKED

                ACTIVE, by key
                  3  ecdsa-p256

                1 device without an ACTIVE certificate

                """)
        let parts: [String] = [
            #"{"version":1,"at":"2026-12-01T00:00:00Z","devices":3,"certificates":4,"accounts":1,"#,
            #""devicesWithoutActive":1,"ending":{"expired":1,"within7Days":2,"within30Days":2,"within90Days":10},"#,
            #""byStatus":{"ACTIVE":3,"REVOKED":1},"byKey":{"ecdsa-p256":3},"byIssuer":{},"bySigner":{},"malformed":0}"#,
            "\n",
        ]
        #expect(String(decoding: report.json, as: UTF8.self) == parts.joined())
        #expect(try parsed(report.json)["devices"] as? Int == 3)
        let painted = SummaryReport(summary, at: Fixture.now, style: coloured).text
        #expect(painted != report.text && uncoloured(painted) == report.text)
    }

    @Test("What an import did, would have done, or did not do")
    func imports() {
        var summary = ImportSummary(format: .csv)
        summary.devices = .init(added: 2, updated: 1, unchanged: 0)
        summary.certificates = .init(added: 12, updated: 0, unchanged: 3)
        summary.isCommitted = true
        let table = """
                            ADDED  UPDATED  UNCHANGED
              devices           2        1          0
              certificates     12        0          3

            """
        #expect(ImportText(summary, isDryRun: false).text == "Imported.\n" + table)
        summary.rejected = 1
        summary.isCommitted = false
        #expect(
            ImportText(summary, isDryRun: true).text
                == "Checked, 1 row rejected (named above); this was a dry run, and nothing was changed.\n" + table)
        let strict = ImportText(summary, isDryRun: false)
        #expect(
            strict.text
                == "Nothing was imported, 1 row rejected (named above); --strict takes all rows or none.\n" + table)
        summary.notes = ["d1 moved"]
        summary.noteCount = 3
        #expect(ImportText(summary, isDryRun: false).text == strict.text + "\nTo know:\n  d1 moved\n  … and 2 more\n")
        let painted = ImportText(summary, isDryRun: true, style: coloured).text
        #expect(painted != ImportText(summary, isDryRun: true).text)
        #expect(uncoloured(painted) == ImportText(summary, isDryRun: true).text)
    }
}
