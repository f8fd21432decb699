import LocatedYAML
import Policy
import RotationModel
import Testing

@Suite("Tests beside policies")
struct PolicyTestingTests {
    /// What becomes of a test's device under one policy, `sensors`, with some of its lines and one revocation.
    private func result(
        _ given: String, policy lines: String = "compliance: { key: replace, sharedKey: report, issuer: report }",
        expect: String = "{ action: none }", revocations: String = "", authorities: [AuthorityFacts]? = [p256Authority]
    ) throws -> PolicyTestResult {
        let text =
            policy(lines) + "\n" + revocations + "tests:\n  - name: t\n    given: \(given)\n    expect: \(expect)\n"
        let loaded = load(text, authorities: authorities)
        let set = try #require(loaded.set, "\(loaded.told)")
        return try #require(set.runTests().first)
    }

    @Test(
        "A made device is judged as the planner judges",
        arguments: [
            ("labels: { product: sensor }, left: 60d", "none", "sensors", nil),
            ("labels: { product: sensor }, left: 20d", "request-csr", "sensors", "expiring"),
            ("labels: { product: sensor }, left: 20d, csr: waiting", "issue", "sensors", "expiring"),
            ("labels: { product: sensor }, left: 20d, csr: none", "request-csr", "sensors", "expiring"),
            ("labels: { product: sensor }, left: -1d", "request-csr", "sensors", "expired"),
            ("labels: { product: sensor }", "none", "sensors", nil),
            ("labels: { product: sensor }, lifetime: 10d, left: 3d", "request-csr", "sensors", "expiring"),
            ("labels: { product: sensor }, lifetime: 10d, left: 4d", "none", "sensors", nil),
            ("labels: { product: sensor }, left: 60d, key: rsa-1024", "request-csr", "sensors", "weak-key"),
            ("labels: { product: sensor }, left: 60d, sharedKey: true", "report", "sensors", "shared-key"),
            ("labels: { product: sensor }, left: 60d, issuer: \"CN=Other\"", "report", "sensors", "issuer"),
            ("labels: { product: sensor }, left: 1d, status: INACTIVE", "none", nil, nil),
            ("labels: { product: pump }, left: 1d", "uncovered", nil, "uncovered"),
        ] as [(String, String, String?, String?)])
    func outcomes(given: String, action: String, policy: String?, reason: String?) throws {
        let outcome = try #require(try result("{ \(given) }").outcome)
        #expect(outcome.action.rawValue == action)
        #expect(outcome.policy == policy)
        #expect(outcome.reason?.code.rawValue == reason)
    }

    @Test("A key that may stay is issued for without a CSR, unless it is shared")
    func keyStays() throws {
        func action(_ given: String) throws -> PolicyTestAction? {
            let lines = "expiry: { renewBefore: 30d }\nissuance: { profile: client, rekey: allowed }"
            let text = policy(lines).replacing("    issuance: { profile: client }\n", with: "")
            let set = try #require(
                load(
                    text
                        + "\ntests:\n  - { name: t, given: { labels: { product: sensor }, \(given) }, expect: { action: none } }\n"
                ).set)
            return set.runTests().first?.outcome?.action
        }
        #expect(try action("left: 20d") == .issue)
        #expect(try action("left: 20d, sharedKey: true") == .requestCSR)
        #expect(try action("left: 20d, key: rsa-1024") == .requestCSR)
    }

    @Test("A subject that cannot be made blocks, as in a plan")
    func blocked() throws {
        let text = policy(profile: profile(replacing: "subject", with: "subject: \"CN={label:site}\""))
        let tests =
            "\ntests:\n  - { name: t, given: { labels: { product: sensor }, left: 1d }, expect: { action: blocked, reason: subject } }\n"
        let set = try #require(load(text + tests).set)
        #expect(set.runTests().map(\.passed) == [true])
    }

    @Test(
        "Revocations have their say",
        arguments: [
            ("mode: revoke-now", "left: 60d", "revoke", "lot"),
            ("mode: revoke-now", "left: -1d", "revoke", "lot"),
            ("deadline: 3d", "left: 60d", "request-csr", "sensors"),
            ("deadline: 3d", "left: 60d, status: INACTIVE", "revoke", "lot"),
            ("deadline: 3d", "left: 60d, status: REVOKED", "none", nil),
            ("mode: revoke-now\n    certificates: { issuedBefore: 2025-11-01 }", "left: 60d", "none", "sensors"),
            ("mode: revoke-now\n    certificates: { issuedBefore: 2026-11-01 }", "left: 60d", "revoke", "lot"),
        ] as [(String, String, String, String?)])
    func revocations(rule: String, given: String, action: String, policy: String?) throws {
        let rules =
            "revocations:\n  - name: lot\n    match: { labels: { lot: 7 } }\n    reason: superseded\n    \(rule)\n"
        let outcome = try #require(
            try result("{ labels: { product: sensor, lot: 7 }, \(given) }", revocations: rules).outcome)
        #expect(outcome.action.rawValue == action)
        #expect(outcome.policy == policy)
    }

    @Test("What is expected and left out may be anything; what stands must hold")
    func expectations() throws {
        let given = "{ labels: { product: sensor }, left: 20d }"
        for (expect, passed) in [
            ("{ action: request-csr }", true), ("{ action: issue }", false),
            ("{ action: request-csr, policy: sensors, reason: expiring }", true),
            ("{ action: request-csr, reason: expired }", false),
        ] {
            #expect(try result(given, expect: expect).passed == passed, "\(expect)")
        }
    }

    @Test(
        "A revocation does in a test what it does in a plan: an expired certificate is revoked at once too, an INACTIVE one that expired is not",
        arguments: [
            ("left: -1d", "revoke", "lot"), ("left: 60d", "revoke", "lot"),
            ("left: 60d, status: INACTIVE", "revoke", "lot"), ("left: -1d, status: INACTIVE", "none", nil),
            ("left: 60d, status: REVOKED", "none", nil),
        ] as [(String, String, String?)])
    func revokedNow(given: String, action: String, policy: String?) throws {
        let rule = """
            revocations:
              - { name: lot, match: { labels: { product: sensor } }, reason: superseded, mode: revoke-now }

            """
        let outcome = try #require(
            try result("{ labels: { product: sensor }, \(given) }", revocations: rule).outcome)
        #expect(outcome.action.rawValue == action)
        #expect(outcome.policy == policy)
    }

    @Test(
        "Of several revocations that name a certificate the soonest acts, then the gravest, then the first by name",
        arguments: [
            ([("b", "superseded, mode: revoke-now"), ("a", "superseded, mode: revoke-now")], "a"),
            ([("a", "superseded, mode: revoke-now"), ("b", "keyCompromise, mode: revoke-now")], "b"),
            ([("a", "keyCompromise, mode: replace-then-revoke"), ("b", "superseded, mode: revoke-now")], "b"),
        ] as [([(String, String)], String)])
    func rankedRevocations(rules: [(String, String)], acting: String) throws {
        let text = rules.map { name, rest in
            "  - { name: \(name), match: { labels: { product: sensor } }, reason: \(rest) }\n"
        }.joined()
        let tested = try result("{ labels: { product: sensor }, left: 60d }", revocations: "revocations:\n" + text)
        #expect(tested.outcome?.policy == acting)
    }

    @Test("Two policies that claim the device fail its test, by name")
    func tied() throws {
        let item = "  - { name: b, match: { device: \"*\" }, issuance: { profile: client } }\nprofiles:\n"
        let text =
            policy().replacing("profiles:\n", with: item)
            + "\ntests:\n  - { name: t, given: { labels: { product: sensor } }, expect: { action: none } }\n"
        let result = try #require(load(text).set?.runTests().first)
        #expect(!result.passed)
        #expect(result.tied == ["b", "sensors"])
    }

    @Test("Where the authorities are not known, a test of the issuer is skipped, not failed")
    func skipped() throws {
        let result = try result(
            "{ labels: { product: sensor }, left: 60d, issuer: \"CN=Other\" }", authorities: nil)
        #expect(result.skipped != nil)
        #expect(!result.passed)
    }

    @Test(
        "Mistakes in tests are told at their place",
        arguments: [
            ("{ name: t, expect: { action: none } }", "the test has no `given`"),
            ("{ name: t, given: {} }", "the test has no `expect`"),
            ("{ name: t, given: { lable: {} }, expect: { action: none } }", "unknown key `lable` in `given`"),
            (
                "{ name: t, given: { left: 100d }, expect: { action: none } }",
                "more is left (100d) than the certificate's whole lifetime (90d)"
            ),
            ("{ name: t, given: { lifetime: 0d }, expect: { action: none } }", "a certificate that is valid for 0d"),
            ("{ name: t, given: { key: ecdsa-p265 }, expect: { action: none } }", "`ecdsa-p265` is not a kind of key"),
            (
                "{ name: t, given: { key: rsa-2048+ }, expect: { action: none } }",
                "a certificate has one key, of one size"
            ),
            ("{ name: t, given: { csr: yes }, expect: { action: none } }", "unknown csr `yes`"),
            ("{ name: t, given: { status: active }, expect: { action: none } }", "unknown status `active`"),
            ("{ name: t, given: { device: \"\" }, expect: { action: none } }", "the device id is empty"),
            ("{ name: t, given: {}, expect: { action: replace } }", "unknown action `replace`"),
            ("{ name: t, given: {}, expect: { action: issue, reason: expires } }", "unknown reason `expires`"),
            (
                "{ name: t, given: {}, expect: { action: issue, policy: sensor } }",
                "there is no policy or revocation `sensor`"
            ),
            (
                "{ name: t, given: {}, expect: { action: none, reason: expired } }",
                "where nothing is done there is no reason"
            ),
            (
                "{ name: t, given: {}, expect: { action: uncovered, policy: sensors } }",
                "a device that is uncovered has no policy"
            ),
            ("x", "the test must be a mapping of keys"),
        ])
    func mistakes(test: String, message: String) {
        let loaded = load(policy() + "\ntests:\n  - \(test)\n")
        #expect(loaded.set == nil)
        #expect(loaded.messages == [message])
        #expect(loaded.diagnostics.allSatisfy { $0.line == 16 && !$0.help.isEmpty })
    }

    @Test("Tests may stand in a file of their own, and two of one name are told")
    func ownFile() {
        let tests = "version: 1\ntests:\n  - { name: t, given: {}, expect: { action: uncovered } }\n"
        #expect(load(policy(), tests).told == [])
        #expect(load(policy(), tests, tests).messages == ["there are two tests of this name"])
    }

    @Test("A reason that no test can come out with is a warning at its place", arguments: ReasonCode.allCases)
    func impossibleReason(reason: ReasonCode) {
        let text =
            policy() + "tests:\n  - { name: t, given: {}, expect: { action: report, reason: \(reason.rawValue) } }\n"
        let loaded = load(text)
        #expect(loaded.set != nil)
        let isPossible = PolicyTest.possibleReasons.contains(reason)
        #expect(loaded.diagnostics.map(\.rule.id) == (isPossible ? [] : ["impossible-test"]))
        #expect(
            loaded.diagnostics.allSatisfy {
                $0.severity == .warning && $0.sourceLine.dropFirst($0.column - 1).hasPrefix(reason.rawValue)
            })
        #expect([.window, .freeze, .wave, .halted, .rate].contains(reason) ? !isPossible : true)
    }
}
