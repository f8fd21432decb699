import LocatedYAML
import RotationModel

/// A test as its file has it. What was wrong in it is nil and reported.
struct PolicyTestDraft {
    let name: (name: String, value: LocatedValue)?
    let place: PolicyPlace
    let given: PolicyTest.Given?
    let expected: PolicyTest.Expectation?
    /// `expect.policy`, which is looked up among the policies of all files.
    let policy: (name: String, value: LocatedValue)?

    /// Nil, and reported, where the item is no mapping.
    init?(reading item: LocatedValue) {
        let draft = item.mapping("the test") { reader in
            let nameValue = reader.required("name", like: "a sensor with 20 days left is replaced")
            let name = nameValue.flatMap { value in
                value.line("what the test shows").map { (name: $0, value: value) }
            }
            let given = reader.required("given", like: "{ labels: { product: sensor }, left: 20d }")
                .flatMap(PolicyTestGivenReader.read)
            let expected = reader.required("expect", like: "{ action: issue }").flatMap(PolicyTestDraft.expectation)
            return PolicyTestDraft(
                name: name, place: PolicyPlace(file: item.log.path, line: item.line), given: given,
                expected: expected?.expectation, policy: expected?.policy)
        }
        guard let draft else { return nil }
        self = draft
    }

    private init(
        name: (name: String, value: LocatedValue)?, place: PolicyPlace, given: PolicyTest.Given?,
        expected: PolicyTest.Expectation?, policy: (name: String, value: LocatedValue)?
    ) {
        (self.name, self.place, self.given, self.expected, self.policy) = (name, place, given, expected, policy)
    }

    var test: PolicyTest? {
        guard let name, let given, let expected else { return nil }
        return PolicyTest(name: name.name, place: place, given: given, expected: expected)
    }

    // MARK: What is expected

    private typealias Expected = (
        expectation: PolicyTest.Expectation, policy: (name: String, value: LocatedValue)?
    )

    private static func expectation(_ value: LocatedValue) -> Expected? {
        value.mapping("`expect`") { reader -> Expected? in
            let action = reader.required("action", like: "issue")?.choice(of: PolicyTestAction.self, what: "action")
            let policyValue = reader.optional("policy")
            let policy = policyValue?.word("a policy's name")
            let reasonValue = reader.optional("reason")
            let reason = reasonValue?.choice(of: ReasonCode.self, what: "reason")
            guard let action, (policy == nil) == (policyValue == nil), (reason == nil) == (reasonValue == nil) else {
                return nil
            }
            if let reason, !PolicyTest.possibleReasons.contains(reason) {
                let possible = ReasonCode.allCases.filter(PolicyTest.possibleReasons.contains).map(\.rawValue)
                reasonValue?.report(
                    "no test comes out with the reason `\(reason.rawValue)`: tests say what policies decide, before a rollout holds "
                        + "anything back, and know neither other certificates nor authorities",
                    help: "one of: \(possible.joined(separator: ", "))", as: .warning, rule: .impossibleTest)
            }
            if action == .none, let reasonValue {
                reasonValue.report("where nothing is done there is no reason", help: "remove it", rule: .impossibleTest)
            }
            if action == .uncovered, let policyValue {
                policyValue.report("a device that is uncovered has no policy", help: "remove it", rule: .impossibleTest)
            }
            let named = policy.flatMap { name in policyValue.map { (name: name, value: $0) } }
            return (PolicyTest.Expectation(action: action, policy: policy, reason: reason), named)
        } ?? nil
    }
}

/// `given`: the device and its certificate.
enum PolicyTestGivenReader {
    /// Nil, and reported, where something in it is wrong.
    static func read(_ value: LocatedValue) -> PolicyTest.Given? {
        value.mapping("`given`") { reader -> PolicyTest.Given? in
            var given = PolicyTest.Given()
            var isWhole = true
            /// Takes a key's value where it is there; notes it where it is there and wrong.
            func take<Value>(_ key: String, _ read: (LocatedValue) -> Value?, _ use: (Value) -> Void) {
                guard let value = reader.optional(key) else { return }
                if let read = read(value) { use(read) } else { isWhole = false }
            }
            take("device", device) { given.device = $0 }
            take("account", account) { given.account = $0 }
            take("labels", labels) { given.labels = $0 }
            take("status", { $0.choice(of: CertificateStatus.self, what: "status") }, { given.status = $0 })
            take("lifetime", lifetime) { given.lifetime = $0 }
            take("left", left) { given.left = $0 }
            take("seen", seen) { given.seen = $0 }
            take("key", key) { given.key = $0 }
            take("signature", CertificateSelectorReader.signature) { given.signature = $0 }
            take("issuer", { SelectorReader.issuers($0)?.first?.description }, { given.issuer = $0 })
            take("sharedKey", { $0.boolean() }, { given.hasSharedKey = $0 })
            take("csr", request) { given.hasWaitingRequest = $0 }
            take("at", { $0.timestamp() }, { given.at = $0 })
            if isWhole, let left = given.left, left > given.lifetime {
                reader.optional("left")?.report(
                    "more is left (\(left)) than the certificate's whole lifetime (\(given.lifetime))",
                    help: "choose a longer `lifetime`, or less", rule: .impossibleTest)
                isWhole = false
            }
            return isWhole ? given : nil
        } ?? nil
    }

    // MARK: Values

    private static func device(_ value: LocatedValue) -> DeviceID? {
        checked(value) { text throws(RotationError) in try DeviceID(text) }
    }

    private static func account(_ value: LocatedValue) -> AccountID? {
        checked(value) { text throws(RotationError) in try AccountID(text) }
    }

    private static func checked<Name>(_ value: LocatedValue, _ make: (String) throws(RotationError) -> Name) -> Name? {
        guard let text = value.text("a name") else { return nil }
        do throws(RotationError) {
            return try make(text)
        } catch {
            value.report(error.message, help: error.advice)
            return nil
        }
    }

    /// Unlike a policy's, a device's labels have one value each.
    private static func labels(_ value: LocatedValue) -> [String: String]? {
        value.mapping("`labels`") { reader -> [String: String]? in
            var labels: [String: String] = [:]
            let entries = reader.anyEntries()
            for entry in entries { labels[entry.key.text] = entry.value.text("the label's value") }
            return labels.count == entries.count ? labels : nil
        } ?? nil
    }

    private static func lifetime(_ value: LocatedValue) -> TimeSpan? {
        guard let span = value.timeSpan() else { return nil }
        if span > .zero { return span }
        value.report("a certificate that is valid for \(span)", help: "write a duration such as 90d")
        return nil
    }

    /// A duration, with a minus before it for a certificate that has expired.
    private static func left(_ value: LocatedValue) -> TimeSpan? {
        if case .scalar(let text, _) = value.content, text.hasPrefix("-"), let span = TimeSpan(String(text.dropFirst()))
        {
            return TimeSpan(seconds: -span.seconds)
        }
        return value.timeSpan()
    }

    private static func seen(_ value: LocatedValue) -> PolicyTest.Given.Seen? {
        if case .scalar("never", _) = value.content { return .never }
        return value.timeSpan().map { .ago($0) }
    }

    private static func key(_ value: LocatedValue) -> KeyAlgorithm? {
        CertificateSelectorReader.keyKind(value).flatMap { kind in
            if !kind.orLonger { return kind.algorithm }
            value.report("a certificate has one key, of one size", help: "remove the `+`")
            return nil
        }
    }

    private static func request(_ value: LocatedValue) -> Bool? {
        value.choice([("waiting", true), ("none", false)], what: "csr")
    }
}

/// Looks up what tests name.
struct PolicyTestCompiler {
    private let drafts: [PolicyTestDraft]
    private let names: [String]
    /// Whether every policy and revocation has a name: otherwise one that seems to be missing may be theirs.
    private let areAllNamed: Bool

    init(_ files: [PolicyFileDraft]) {
        drafts = files.flatMap(\.tests)
        let written = files.flatMap(\.policies).map(\.name) + files.flatMap(\.revocations).map(\.name)
        names = written.compactMap { $0?.name }
        areAllNamed = names.count == written.count
    }

    func compile() -> [PolicyTest] {
        let known = Set(names)
        for draft in drafts {
            guard areAllNamed, let policy = draft.policy, !known.contains(policy.name) else { continue }
            policy.value.report(
                "there is no policy or revocation `\(policy.name)`",
                help: names.isEmpty
                    ? "check this file together with the policies' own"
                    : Suggestion.help(for: policy.name, among: names), rule: .unknownName)
        }
        reportDuplicates()
        return drafts.compactMap(\.test)
    }

    private func reportDuplicates() {
        var first: [String: LocatedValue] = [:]
        for case let (name, value)? in drafts.map(\.name) {
            if let other = first[name] {
                value.report(
                    "there are two tests of this name", help: "the other one is at \(other.place)", rule: .duplicateName
                )
            } else {
                first[name] = value
            }
        }
    }
}
