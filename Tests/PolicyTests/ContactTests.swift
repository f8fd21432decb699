import Policy
import RotationModel
import Testing

@Suite("Devices that are seldom seen")
struct ContactTests {
    private static let now: Timestamp = "2026-12-01T00:00:00Z"
    private static let device = DeviceID(checked: "sensor-1")
    private static let rule = "renewBefore: 20d, contact: { seen: 30d, renewBefore: 60d }"

    private func rules(_ expiry: String = rule) throws -> RotationPolicy {
        let loaded = load(policy("expiry: { \(expiry) }"))
        return try #require(loaded.set?.policies.first, "\(loaded.told)")
    }

    /// A certificate of 90 days.
    private func certificate(left: TimeSpan, _ contact: Contact) -> CertificateFacts {
        CertificateFacts(
            notBefore: Self.now + left - .days(90), notAfter: Self.now + left, key: .ecdsaP256,
            signature: .ecdsaWithSHA256, issuer: p256Authority.subject, contact: contact)
    }

    @Test(
        "They are due earlier, from when they count as seldom seen",
        arguments: [
            (.unknown, 50, false), (.last(now), 50, false), (.last(now - .days(30)), 50, false),
            (.last(now - .days(30) - TimeSpan(seconds: 1)), 50, true), (.never, 50, true), (.never, 60, true),
            (.never, 61, false), (.unknown, 20, true), (.last(now), 20, true), (.never, 20, true),
            (.last(now + .days(3)), 50, false),
        ] as [(Contact, Int64, Bool)])
    func due(contact: Contact, left: Int64, isDue: Bool) throws {
        let policy = try rules()
        let facts = certificate(left: .days(left), contact)
        #expect((policy.dueDate(of: facts, device: Self.device) <= Self.now) == isDue)
        let verdict = policy.evaluate(facts, of: Self.device, at: Self.now)
        guard case .replace(let finding) = verdict else {
            #expect(!isDue && verdict == .fresh)
            return
        }
        #expect(isDue && finding.reason.code == .expiring)
    }

    @Test("The due date and the verdict agree to the second, whenever the device was seen, spread and all")
    func agreement() throws {
        for expiry in [
            Self.rule, Self.rule + ", spread: 7d",
            "renewBefore: 10%, spread: 5%, contact: { seen: 1d, renewBefore: 66% }",
        ] {
            let policy = try rules(expiry)
            for days in stride(from: Int64(-5), through: 90, by: 5) {
                for contact in [Contact.unknown, .never, .last(Self.now - .days(days))] {
                    let facts = certificate(left: .days(90 - max(0, days)), contact)
                    let due = policy.dueDate(of: facts, device: Self.device)
                    let (before, at) = (due - TimeSpan(seconds: 1), due)
                    guard at <= facts.notAfter else { continue }
                    #expect(policy.evaluate(facts, of: Self.device, at: before) == .fresh)
                    #expect(policy.evaluate(facts, of: Self.device, at: at) != .fresh)
                }
            }
        }
    }

    @Test("A shorter renewBefore for them shortens nothing")
    func shorter() throws {
        let policy = try rules("renewBefore: 40d, contact: { seen: 30d, renewBefore: 10d }")
        for contact in [Contact.unknown, .never] {
            #expect(
                policy.dueDate(of: certificate(left: .days(50), contact), device: Self.device) == Self.now + .days(10))
        }
    }

    @Test("The reason says why it is earlier, and only where it is")
    func reasons() throws {
        func text(_ contact: Contact, left: Int64 = 15) throws -> String {
            let verdict = try rules().evaluate(certificate(left: .days(left), contact), of: Self.device, at: Self.now)
            guard case .replace(let finding) = verdict else { return "" }
            return finding.reason.text
        }
        #expect(try text(.unknown).hasSuffix("renewal starts 20 days before"))
        #expect(try text(.last(Self.now - .days(2))).hasSuffix("renewal starts 20 days before"))
        #expect(
            try text(.last(Self.now - .days(45))).hasSuffix(
                "renewal starts 60 days before, for the device was last seen 45 days ago"))
        #expect(
            try text(.never, left: 50).hasSuffix(
                "renewal starts 60 days before, for the device was never seen at the gate"))
    }

    // MARK: Reading

    @Test("It is read, and by default there is none; a confirmation is what confirms unless the policy says otherwise")
    func reading() throws {
        #expect(try rules().expiry.contact == ContactRule(seen: .days(30), renewBefore: .span(.days(60))))
        #expect(try rules("renewBefore: 20d").expiry.contact == nil)
        func confirm(_ words: String) throws -> ConfirmRule? {
            load(policy().replacing("{ profile: client }", with: "{ profile: client\(words) }")).set?.policies.first?
                .confirm
        }
        #expect(try confirm("") == .ack)
        #expect(try confirm(", confirm: request") == .request)
        #expect(try confirm(", confirm: ack") == .ack)
        #expect(try confirm(", confirm: maybe") == nil)
    }

    @Test(
        "Mistakes in it are told, with what would be right",
        arguments: [
            ("contact: 30d", "write { seen: 30d, renewBefore: 60d }"), ("contact: [30d]", "list"),
            ("contact: { seen: 30d }", "renewBefore"), ("contact: { renewBefore: 60d }", "seen"),
            ("contact: { seen: 0d, renewBefore: 60d }", "no device is seen every second"),
            ("contact: { seen: soon, renewBefore: 60d }", "30d"),
            ("contact: { seen: 30d, renewBefore: early }", "`early` is not a duration"),
            ("contact: { seen: 30d, renewBefore: 60d, within: 1d }", "within"),
            ("contact: { seen: 30d, renewBefore: 90d }", "due as soon as it is issued"),
            ("contact: { seen: 30d, renewBefore: 100% }", "due as soon as it is issued"),
            ("contact: { seen: 30d, renewBefore: 20d }, renewBefore: 20d", "no longer than `renewBefore`"),
        ])
    func mistakes(expiry: String, told: String) {
        let loaded = load(policy("expiry: { \(expiry) }"))
        #expect("\(loaded.diagnostics)".contains(told), "\(loaded.diagnostics)")
    }

    @Test(
        "Tests beside policies say when a device was seen",
        arguments: [
            ("left: 50d", "none"), ("left: 50d, seen: 30d", "none"), ("left: 50d, seen: 31d", "request-csr"),
            ("left: 50d, seen: never", "request-csr"), ("left: 61d, seen: never", "none"),
        ])
    func policyTests(given: String, action: String) throws {
        let text =
            policy("expiry: { \(Self.rule) }")
            + "\ntests:\n  - name: t\n    given: { labels: { product: sensor }, \(given) }\n    expect: { action: \(action) }\n"
        let loaded = load(text)
        let result = try #require(loaded.set?.runTests().first, "\(loaded.told)")
        #expect(result.passed, "\(String(describing: result.outcome))")
    }
}
