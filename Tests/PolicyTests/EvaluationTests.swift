import Policy
import RotationModel
import Testing

@Suite("What a policy says of a certificate")
struct EvaluationTests {
    private static let device = DeviceID(checked: "sensor-1")
    private static let now: Timestamp = "2026-12-01T00:00:00Z"

    private func rules(_ lines: String, sha256: @escaping SHA256Function = spreadHash) throws -> RotationPolicy {
        let loaded = load(policy(lines), sha256: sha256)
        return try #require(loaded.set?.policies.first, "\(loaded.told)")
    }

    /// A certificate of 90 days with some left, as the profile would issue it but for what is given.
    private func certificate(
        left: TimeSpan = .days(60), lifetime: TimeSpan = .days(90), key: KeyAlgorithm = .ecdsaP256,
        weakness: String? = nil,
        shared: Bool = false, signature: SignatureAlgorithm = .ecdsaWithSHA256, isSignatureWeak: Bool = false,
        issuer: String = p256Authority.subject, authorityEnd: AuthorityEnd? = nil, isKeyRefused: Bool = false
    ) -> CertificateFacts {
        let end = EvaluationTests.now + left
        return CertificateFacts(
            notBefore: end - lifetime, notAfter: end, key: key, keyWeakness: weakness, isKeyShared: shared,
            signature: signature, isSignatureWeak: isSignatureWeak, issuer: issuer, authorityEnd: authorityEnd,
            isKeyRefused: isKeyRefused)
    }

    private func evaluate(_ policy: RotationPolicy, _ certificate: CertificateFacts) -> Verdict {
        policy.evaluate(certificate, of: EvaluationTests.device, at: EvaluationTests.now)
    }

    // MARK: Due dates

    @Test(
        "A certificate is due from renewBefore and its share of the spread before its end, to the second",
        arguments: [
            ("renewBefore: 30d", 0, 30 * 86_400), ("renewBefore: 30d", .max, 30 * 86_400),
            ("renewBefore: 30d, spread: 7d", 0, 30 * 86_400), ("renewBefore: 30d, spread: 8d", 1 << 63, 34 * 86_400),
            // A word of 2^64 - 1 is a u just below 1: the last second of the spread is not reached.
            ("renewBefore: 30d, spread: 7d", .max, 37 * 86_400 - 1), ("renewBefore: 50%", 0, 45 * 86_400),
            ("renewBefore: 10%, spread: 10%", 1 << 63, 1_166_400), ("renewBefore: 0.0001%", 0, 7),
            // 7.776 s and half of 7.776 s are 11.664 s: rounded once, not twice.
            ("renewBefore: 0.0001%, spread: 0.0001%", 1 << 63, 11),
        ] as [(String, UInt64, Int64)])
    func dueDates(expiry: String, word: UInt64, seconds: Int64) throws {
        let rules = try rules("expiry: { \(expiry) }", sha256: digest(startingWith: word))
        let facts = certificate()
        let due = rules.dueDate(of: facts, device: EvaluationTests.device)
        #expect(due == facts.notAfter - TimeSpan(seconds: seconds))
        let before = rules.evaluate(facts, of: EvaluationTests.device, at: due - TimeSpan(seconds: 1))
        #expect(before == .fresh)
        guard case .replace(let finding) = rules.evaluate(facts, of: EvaluationTests.device, at: due) else {
            Issue.record("not due at its due date")
            return
        }
        #expect(finding.reason.code == .expiring)
    }

    @Test("The spread hashes policy name, a line feed and device id")
    func spreadInput() throws {
        let expected = Array("sensors\nsensor-1".utf8)
        let rules = try rules("expiry: { renewBefore: 30d, spread: 2d }") { bytes in
            digest(startingWith: bytes == expected ? 1 << 63 : 0)([])
        }
        let facts = certificate()
        #expect(rules.dueDate(of: facts, device: EvaluationTests.device) == facts.notAfter - .days(31))
        #expect(rules.dueDate(of: facts, device: DeviceID(checked: "sensor-2")) == facts.notAfter - .days(30))
    }

    @Test("Over a fleet, due dates fill the spread evenly")
    func spreadEvenly() throws {
        let rules = try rules("expiry: { renewBefore: 30d, spread: 10d }")
        let facts = certificate()
        var days = [Int](repeating: 0, count: 10)
        for number in 0..<10_000 {
            let due = rules.dueDate(of: facts, device: DeviceID(checked: "sensor-\(number)"))
            days[Int((facts.notAfter - .days(30) - due).seconds / 86_400)] += 1
        }
        #expect(days.allSatisfy { (700...1300).contains($0) })
    }

    @Test("A certificate of two millennia, or one that ends before it begins, has a due date too")
    func extremeLifetimes() throws {
        let rules = try rules("expiry: { renewBefore: 50%, spread: 40% }", sha256: digest(startingWith: .max))
        let long = CertificateFacts(
            notBefore: "0000-01-01T00:00:00Z", notAfter: "9999-12-31T23:59:59Z", key: .ecdsaP256,
            signature: .ecdsaWithSHA256, issuer: "")
        let lifetime = (long.notAfter - long.notBefore).seconds
        #expect((long.notAfter - rules.dueDate(of: long, device: EvaluationTests.device)).seconds == lifetime * 9 / 10)
        let backwards = certificate(lifetime: .days(-10))
        #expect(rules.dueDate(of: backwards, device: EvaluationTests.device) == backwards.notAfter)
    }

    // MARK: Expiry

    @Test("A certificate is expired when the time is past its end, not at it")
    func lastSecond() throws {
        let rules = try rules("expiry: { expired: report }")
        guard case .replace(let atEnd) = evaluate(rules, certificate(left: .zero)) else {
            Issue.record("not due in its last second")
            return
        }
        #expect(atEnd.reason.code == .expiring)
        guard case .report(let past) = evaluate(rules, certificate(left: TimeSpan(seconds: -1))) else {
            Issue.record("an expired certificate that the policy reports is not reported")
            return
        }
        #expect(past.reason.code == .expired)
    }

    @Test(
        "An expired certificate is what the policy says, whatever compliance would do",
        arguments: [
            ("replace", true), ("report", false),
        ])
    func expired(action: String, replaced: Bool) throws {
        let rules = try rules("expiry: { expired: \(action) }\ncompliance: { key: replace }")
        let verdict = evaluate(rules, certificate(left: .days(-3), weakness: "ROCA"))
        switch verdict {
        case .replace(let finding):
            #expect(replaced)
            #expect(finding.reason == Reason(.expired, "expired 3 days ago (2026-11-28T00:00:00Z)"))
            #expect(finding.further.map(\.code) == [.weakKey])
        case .report(let finding):
            #expect(!replaced)
            #expect(finding.reason.code == .expired)
        case .fresh: Issue.record("an expired certificate is fresh")
        }
    }

    @Test(
        "The reason gives the numbers",
        arguments: [
            (
                "renewBefore: 30d, spread: 7d",
                "expires in 12 days (2026-12-13T00:00:00Z); renewal starts 30 days before, spread up to 7 days"
            ),
            (
                "renewBefore: 33%",
                "expires in 12 days (2026-12-13T00:00:00Z); renewal starts 33% of its lifetime (29 days) before"
            ),
        ])
    func expiringText(expiry: String, text: String) throws {
        let verdict = evaluate(try rules("expiry: { \(expiry) }"), certificate(left: .days(12)))
        #expect(verdict == .replace(Finding(reason: Reason(.expiring, text))))
    }

    // MARK: Compliance

    static let deviations: [(String, ReasonCode, @Sendable (EvaluationTests) -> CertificateFacts)] = [
        ("key", .weakKey, { $0.certificate(key: .rsa(bits: 1024)) }),
        ("key", .weakKey, { $0.certificate(key: .ecdsaP384) }),
        ("key", .weakKey, { $0.certificate(weakness: "a Debian key of 2008") }),
        ("signature", .weakSignature, { $0.certificate(signature: .ecdsaWithSHA384) }),
        ("signature", .weakSignature, { $0.certificate(isSignatureWeak: true) }),
        ("sharedKey", .sharedKey, { $0.certificate(shared: true) }),
        ("issuer", .issuer, { $0.certificate(issuer: "CN=Somebody Else") }),
        ("authority", .authorityRetiring, { $0.certificate(authorityEnd: .expires(name: "ca", now + .days(1))) }),
        ("authority", .authorityRetiring, { $0.certificate(authorityEnd: .retires(name: "ca", now + .days(1))) }),
        ("authority", .authorityRevoked, { $0.certificate(authorityEnd: .revoked(name: "ca", now - .days(1))) }),
        ("age", .age, { $0.certificate(left: .days(60), lifetime: .days(400)) }),
    ]

    @Test("Each finding is replaced, reported or left, as its own key says", arguments: 0..<deviations.count)
    func actions(index: Int) throws {
        let (key, code, make) = EvaluationTests.deviations[index]
        func verdict(_ action: String) throws -> Verdict {
            let value = key == "age" ? "{ over: 300d, do: \(action) }" : action
            return evaluate(try rules("expiry: { renewBefore: 1d }\ncompliance: { \(key): \(value) }"), make(self))
        }
        guard case .replace(let replaced) = try verdict("replace"), case .report(let reported) = try verdict("report")
        else {
            Issue.record("\(key) is not acted on")
            return
        }
        #expect(replaced.reason.code == code)
        #expect(reported == replaced)
        #expect(!replaced.reason.text.isEmpty && replaced.further.isEmpty)
        #expect(try verdict("ignore") == .fresh)
        #expect(evaluate(try rules("expiry: { renewBefore: 1d }"), make(self)) == .fresh)
    }

    @Test("A certificate as the profile would issue it has no findings")
    func compliant() throws {
        let rules = try rules(
            "compliance: { key: replace, signature: replace, sharedKey: replace, issuer: replace, authority: replace, age: { over: 30d, do: replace } }"
        )
        #expect(evaluate(rules, certificate()) == .fresh)
        #expect(
            evaluate(rules, certificate(key: .rsa(bits: 3072), issuer: "cn=Example Fleet CA 1, O=Example Devices"))
                == .fresh)
    }

    @Test("The first finding that replaces decides; without one, the first that is reported; the others are named too")
    func order() throws {
        let facts = certificate(
            key: .rsa(bits: 1024), shared: true, signature: .other("SHA1WITHRSA"), isSignatureWeak: true)
        let mixed = try rules("compliance: { key: report, signature: replace, sharedKey: replace }")
        guard case .replace(let finding) = evaluate(mixed, facts) else {
            Issue.record("not replaced")
            return
        }
        #expect(finding.reason.code == .weakSignature)
        #expect(finding.further.map(\.code) == [.weakKey, .sharedKey])
        let reporting = try rules("compliance: { sharedKey: report, signature: report, key: ignore }")
        guard case .report(let reported) = evaluate(reporting, facts) else {
            Issue.record("not reported")
            return
        }
        #expect(reported.reason.code == .weakSignature)
        #expect(reported.further.map(\.code) == [.sharedKey])
    }

    @Test("Findings are told in one order, whatever order the policy has them in")
    func orderOfAll() throws {
        let rules = try rules(
            "expiry: { renewBefore: 1d }\ncompliance: { age: { over: 30d, do: report }, authority: report, issuer: report, sharedKey: report, "
                + "signature: report, key: report }")
        let facts = certificate(
            lifetime: .days(400), key: .rsa(bits: 1024), shared: true, signature: .other("SHA1WITHRSA"),
            isSignatureWeak: true, issuer: "CN=x", authorityEnd: .revoked(name: "ca", EvaluationTests.now))
        guard case .report(let finding) = evaluate(rules, facts) else {
            Issue.record("not reported")
            return
        }
        let codes = [finding.reason.code] + finding.further.map(\.code)
        #expect(codes == [.weakKey, .weakSignature, .sharedKey, .issuer, .authorityRevoked, .age])
    }

    @Test(
        "What ends an authority is said with its name and its date",
        arguments: [
            (
                AuthorityEnd.expires(name: "ca-1", "2027-01-01T00:00:00Z"),
                "its authority ca-1 ends on 2027-01-01T00:00:00Z, before the certificate does (2027-01-30T00:00:00Z)"
            ),
            (
                .retires(name: "ca-1", "2027-01-01T00:00:00Z"),
                "its authority ca-1 retires on 2027-01-01T00:00:00Z, before the certificate ends (2027-01-30T00:00:00Z)"
            ),
            (
                .revoked(name: "ca-1", "2026-11-01T00:00:00Z"),
                "its authority ca-1 was revoked on 2026-11-01T00:00:00Z: nothing that it signed is trusted"
            ),
        ])
    func authorityText(end: AuthorityEnd, text: String) throws {
        let rules = try rules("compliance: { authority: replace }")
        guard case .replace(let finding) = evaluate(rules, certificate(authorityEnd: end)) else {
            Issue.record("not replaced")
            return
        }
        #expect(finding.reason.text == text)
    }

    @Test("Expiry decides before compliance")
    func expiringFirst() throws {
        let rules = try rules("compliance: { key: replace, sharedKey: report }")
        guard
            case .replace(let finding) = evaluate(
                rules, certificate(left: .days(5), key: .rsa(bits: 1024), shared: true))
        else {
            Issue.record("not replaced")
            return
        }
        #expect(finding.reason.code == .expiring)
        #expect(finding.further.map(\.code) == [.weakKey, .sharedKey])
    }

    @Test("A certificate of exactly the age is not yet too old")
    func ageLimit() throws {
        let rules = try rules("expiry: { renewBefore: 1d }\ncompliance: { age: { over: 30d, do: replace } }")
        #expect(evaluate(rules, certificate(left: .days(60), lifetime: .days(90))) == .fresh)
        #expect(evaluate(rules, certificate(left: .days(60), lifetime: TimeSpan(seconds: 90 * 86_400 + 1))) != .fresh)
    }

    // MARK: Keys that stay

    @Test("A key stays only where policy and profile let it, and nothing is known against it")
    func keyMayStay() throws {
        let allowing = try #require(
            load(policy().replacing("{ profile: client }", with: "{ profile: client, rekey: allowed }")).set?.policies
                .first)
        #expect(allowing.keyMayStay(certificate()))
        #expect(!allowing.keyMayStay(certificate(key: .ecdsaP521)))
        #expect(!allowing.keyMayStay(certificate(weakness: "ROCA")))
        #expect(!allowing.keyMayStay(certificate(shared: true)))
        #expect(!allowing.keyMayStay(certificate(isKeyRefused: true)))
        #expect(!(try rules("")).keyMayStay(certificate()))
    }

    @Test("A fresh certificate is judged quickly, without a hash")
    func speed() throws {
        let rules = try rules("expiry: { renewBefore: 20d, spread: 5d }\ncompliance: { key: replace, issuer: replace }")
        { bytes in
            Issue.record("hashed for a certificate that is not near its end")
            return spreadHash(bytes)
        }
        let facts = certificate()
        var fresh = 0
        let took = ContinuousClock().measure {
            for _ in 0..<100_000 where evaluate(rules, facts) == .fresh { fresh += 1 }
        }
        #expect(fresh == 100_000)
        // Some 1 µs optimised; an unoptimised build is far slower, and this only catches what is slow by orders.
        #expect(took < .seconds(10))
    }
}
