import Foundation
import PKI
import RotationModel
import RotationTesting

@testable import Fleet
@testable import Intake
@testable import Job
@testable import Planning
@testable import Reports

/// Made by hand, so that every text below is known to the letter.
enum Fixture {
    /// The time of every report here.
    static let now = time("2026-12-01T00:00:00Z")
    static let policy = PolicyReference(name: "field", file: "policies/a.yaml", line: 3)

    static func time(_ text: String) -> Timestamp { Timestamp(rfc3339: text)! }

    /// A fingerprint of one digit.
    static func fingerprint(_ digit: Character) -> Fingerprint {
        Fingerprint(hex: String(repeating: digit, count: 64))!
    }

    static func decision(
        _ device: String, _ action: Action, _ reason: Reason, days: Int64 = 10, further: [Reason] = [],
        policy: PolicyReference? = Fixture.policy
    ) -> Decision {
        Decision(
            subject: Decision.Subject(
                device: DeviceID(checked: device), account: AccountID(checked: "1"), deviceRow: 1, labelSet: 1,
                fingerprint: fingerprint("a"), certificateRow: 1, notAfter: now + .days(days), status: .active),
            action: action, cause: Cause(reason, policy), otherFindings: further)
    }

    static let issue = Action.issue(Replacement(policy: 0), key: .request)
    static let requestCSR = Action.requestCSR(Replacement(policy: 0), refused: nil)

    static let actions = [
        issue, requestCSR, .revoke, .retire(rotation: nil), .hold(Hold(issue, Reason(.rate, "at most 1"))),
        .blocked(policy: 0), .report, .uncovered,
    ]

    /// A row that is held.
    static func held(
        _ device: String, _ why: Reason, for finding: Reason = expiring, days: Int64 = 10, until: Timestamp? = nil,
        expires: Bool = false
    ) -> Decision {
        decision(
            device, .hold(Hold(issue, why, until: until, expiresBeforeOpening: expires)), finding, days: days)
    }

    static let expiring = Reason(.expiring, "it ends")

    /// One row of several kinds.
    static var decisions: [Decision] {
        [
            decision(
                "gone", .blocked(policy: 0), Reason(.authority, "authority x expired"), days: -1, further: [expiring]),
            decision("d1", issue, expiring, days: 1),
            decision("d2", requestCSR, Reason(.weakKey, "RSA-1024, \"short\""), days: 2),
            held("日本", Reason(.rate, "at most 1"), days: 3),
            decision("lab-7", .uncovered, Reason(.uncovered, "no policy matches"), days: 400, policy: nil),
        ]
    }

    static func plan(
        _ decisions: [Decision] = Fixture.decisions, inbox: InboxOutlook? = InboxOutlook(), guards: [String] = [],
        pickUp: PickUp = PickUp(rotations: [], stuck: [], silent: []), revocations: [RevocationOutlook] = []
    ) -> RotationPlan {
        RotationPlan(
            at: now, policies: PolicyEdition(digest: "sha256:" + String(repeating: "0", count: 64), files: 1),
            deviceCount: 1200, certificateCount: 1300, rows: decisions.map { PlanRow($0) }, inbox: inbox,
            pickUp: pickUp, revocations: revocations,
            guards: guards.map { BrokenGuard(fact: $0, advice: "write `x`") })
    }

    static let rejected = InboxOutlook.Rejected(
        file: "d2.csr", device: DeviceID(checked: "d2"), code: "malformed", text: "no CSR")
    static let nameless = InboxOutlook.Rejected(file: "x.pem", device: nil, code: "file-name", text: "not .csr")

    static func outcome(
        _ decisions: [Decision] = Fixture.decisions, _ results: [RowResult]? = nil, guards: [String] = [],
        intake: IntakeSummary = IntakeSummary(), recovery: RecoverySummary = RecoverySummary(),
        lists: ListsOutcome = ListsOutcome()
    ) -> RunOutcome {
        var plan = plan(decisions, inbox: nil, guards: guards)
        for (place, result) in (results ?? Fixture.results).enumerated() { plan.rows[place].result = result }
        return RunOutcome(
            id: "20261201T000000Z-00112233", plan: plan, intake: intake, recovery: recovery, lists: lists, refreshed: 4,
            startedAt: now,
            endedAt: now + TimeSpan(seconds: 7))
    }

    /// What became of ``decisions``.
    static let results = [
        RowResult(.blocked), RowResult(.issued, certificate: fingerprint("b"), sequence: 3),
        RowResult(.requested, sequence: 1), RowResult(.held), RowResult(.uncovered),
    ]

    static func certificate(_ digit: Character, _ status: CertificateStatus) -> ListedCertificate {
        ListedCertificate(
            fingerprint: fingerprint(digit), status: status, serialNumber: SerialNumber(bytes: [1, 0x2F]),
            issuer: "CN=CA 1", subject: "CN=d1", notBefore: now - .days(80), notAfter: now + .days(10),
            key: .ecdsaP256, keyWeakness: digit == "a" ? "why not" : nil,
            keyFingerprint: KeyFingerprint(fingerprint("c").digest), signature: .ecdsaWithSHA256,
            isSignatureWeak: false,
            authority: digit == "a" ? nil : "ca-1", addedAt: now - .days(2), statusAt: now - .days(1))
    }

    static let listing = DeviceListing(
        device: DeviceID(checked: "d1"), account: AccountID(checked: "1"),
        labels: ["stage": "field", "product": "pump"],
        certificates: [certificate("a", .active), certificate("b", .pendingActivation)])
}

/// What a program reads of a JSON text.
func parsed(_ bytes: [UInt8]) throws -> [String: Any] {
    try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any] ?? [:]
}

/// The pieces that a report writes, put together.
func written(_ write: ((([UInt8]) -> Void)) -> Void) -> String {
    var bytes: [UInt8] = []
    write { bytes += $0 }
    return String(decoding: bytes, as: UTF8.self)
}

/// Text without its colours, and whether it had any.
func uncoloured(_ text: String) -> String {
    text.replacing(/\u{1B}\[[0-9]+m/, with: "")
}
