import LocatedYAML
import Policy
import RotationModel
import Testing

@Suite("Policy files that nobody means well")
struct HostileFileTests {
    /// A file that passes, and has every key.
    private static let whole = """
        version: 1
        policies:
          - name: p
            owner: o
            description: d
            priority: 1
            match: { account: "1", labels: { a: b }, notLabels: { c: d }, device: "x*", issuer: "CN=x" }
            expiry: { renewBefore: 30d, spread: 7d, overlap: 7d, confirmWithin: 30d, expired: replace }
            compliance: { key: replace, age: { over: 365d, do: report }, superseded: retire }
            issuance: { profile: c, rekey: required }
            rollout: { batch: 1, perRun: 2 }
        profiles:
          - name: c
            authority: fleet-ca-1
            signature: ECDSA-WITH-SHA256
            validity: 90d
            backdate: 5m
            keys: [ecdsa-p256]
            subject: "CN={device}"
            subjectAlternativeNames: ["URI:urn:x:{device}"]
            keyUsage: [digitalSignature]
            extendedKeyUsage: [clientAuth]
        revocations:
          - name: r
            match: { labels: { lot: "1" } }
            certificates: { issuedBefore: 2026-06-01, key: [rsa-1024], sharedKey: true }
            reason: keyCompromise
            mode: replace-then-revoke
            deadline: 72h
        tests:
          - name: t
            given: { device: d, labels: { a: b }, lifetime: 90d, left: 20d, key: ecdsa-p256, csr: waiting }
            expect: { action: none }
        """

    @Test("Wrong types everywhere are told, each at its place, and never stop the reader")
    func wrongTypes() throws {
        try #require(load(HostileFileTests.whole).told == [])
        let lines = HostileFileTests.whole.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        for wrong in [
            "[]", "{}", "[[1]]", "{ a: { b: 1 } }", "", "\"\"", "-1", "99999999999999999999", "[1, x, {}]",
            "2026-13-45",
        ] {
            for (number, line) in lines.enumerated() {
                guard let colon = line.firstIndex(of: ":") else { continue }
                var changed = lines
                changed[number] = line[...colon] + " " + wrong
                let loaded = load(changed.joined(separator: "\n"))
                #expect(
                    loaded.diagnostics.allSatisfy { $0.line >= 1 && $0.column >= 1 && !$0.message.isEmpty },
                    "\(changed[number])")
            }
            // All at once: each line below the lists' own.
            let all = lines.map { line -> String in
                guard line.hasPrefix("    "), let colon = line.firstIndex(of: ":") else { return line }
                return line[...colon] + " " + wrong
            }
            let loaded = load(all.joined(separator: "\n"))
            #expect(loaded.set == nil)
            #expect(loaded.diagnostics.count > 15, "\(wrong): \(loaded.told)")
        }
    }

    @Test(
        "What grows without end is refused in bounded time, with one clear message", .timeLimit(.minutes(10)),
        arguments: [
            ("version: 1\npolicies: " + String(repeating: "[", count: 500_000), "nested far too deep"),
            ("version: 1\npolicies: " + String(repeating: "{a: ", count: 200_000), "nested far too deep"),
            ("version: 1\npolicies: " + String(repeating: "- ", count: 300_000), nil),
            (
                "a: &a [x, x]\n" + (0..<20).map { "b\($0): &b\($0) [*a, *a]\n" }.joined(),
                "anchors and aliases (`&`, `*`) are not used in these files"
            ),
            ("version: 1\n\tpolicies: []\n", "a tab cannot indent or separate in YAML"),
            (String(repeating: "a", count: 50 << 20), "the file is larger than 1 MiB"),
            ("{version: 1, policies: [" + String(repeating: "1,", count: 99_000) + "]}", nil),
        ] as [(String, String?)])
    func endless(text: String, message: String?) {
        let loaded = load(text)
        #expect(loaded.set == nil)
        #expect((1...DiagnosticLog.most + 1).contains(loaded.diagnostics.count))
        if let message { #expect(loaded.messages == [message]) }
        #expect(loaded.diagnostics.allSatisfy { $0.rendered(color: false).utf8.count < 2000 })
    }

    @Test("Many keys that stand twice in a long file cost no more than a few parses", .timeLimit(.minutes(10)))
    func manyDuplicates() {
        let text =
            "version: 1\n" + String(repeating: "policies:\n", count: 90) + "profiles: ["
            + String(repeating: "1,", count: 90_000) + "]\n"
        #expect(load(text).messages.contains("too many keys stand twice"))
    }
}
