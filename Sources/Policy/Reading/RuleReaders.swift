import LocatedYAML
import RotationModel

/// `expiry` as its file has it, with the places of the values that are held against the profile's validity.
struct ExpiryDraft {
    /// Nil where something in it was wrong.
    private(set) var rule: ExpiryRule? = ExpiryRule()
    private(set) var renewBefore: LocatedValue?
    private(set) var spread: LocatedValue?
    private(set) var overlap: LocatedValue?

    init() {}

    init(reading value: LocatedValue) {
        let standard = ExpiryRule()
        let draft = value.mapping("`expiry`") { reader -> ExpiryDraft in
            var draft = ExpiryDraft()
            draft.renewBefore = reader.optional("renewBefore")
            draft.spread = reader.optional("spread")
            let renewBefore = draft.renewBefore.map(Lead.init(reading:)) ?? standard.renewBefore
            let spread = draft.spread.map(Lead.init(reading:)) ?? standard.spread
            draft.overlap = reader.optional("overlap")
            let overlap = draft.overlap.map { $0.timeSpan() } ?? standard.overlap
            let confirmWithin = reader.optional("confirmWithin").map { $0.timeSpan() } ?? standard.confirmWithin
            let expired =
                reader.optional("expired").map { $0.choice(of: ExpiryRule.Expired.self, what: "action") }
                ?? standard.expired
            draft.rule = nil
            guard let renewBefore, let spread, let overlap, let confirmWithin, let expired else { return draft }
            draft.rule = ExpiryRule(
                renewBefore: renewBefore, spread: spread, overlap: overlap, confirmWithin: confirmWithin,
                expired: expired)
            return draft
        }
        if let draft { self = draft } else { rule = nil }
    }
}

extension Lead {
    /// Reads `30d` or `33%`. Nil, and reported, where it is neither.
    fileprivate init?(reading value: LocatedValue) {
        guard let text = value.text("a duration such as 30d, or a percentage such as 33%") else { return nil }
        if text.hasSuffix("%") {
            guard let share = value.share() else { return nil }
            self = .share(share)
        } else {
            guard let span = value.timeSpan() else { return nil }
            self = .span(span)
        }
    }
}

/// `compliance`: what is done about certificates that are not as the profile has them.
enum ComplianceReader {
    static func read(_ value: LocatedValue) -> ComplianceRule? {
        value.mapping("`compliance`") { reader in
            func action(_ key: String) -> ComplianceAction? {
                reader.optional(key)?.choice(of: ComplianceAction.self, what: "action")
            }
            return ComplianceRule(
                malformed: action("malformed"), key: action("key"), signature: action("signature"),
                sharedKey: action("sharedKey"),
                issuer: action("issuer"), authority: action("authority"), age: reader.optional("age").flatMap(age),
                superseded: reader.optional("superseded")?.choice(of: SupersededAction.self, what: "action"))
        }
    }

    private static func age(_ value: LocatedValue) -> ComplianceRule.Age? {
        if case .scalar = value.content {
            value.report("`age` must be a mapping", help: "write { over: 365d, do: report }", rule: .wrongType)
            return nil
        }
        return value.mapping("`age`") { reader -> ComplianceRule.Age? in
            let limit = reader.required("over", like: "365d")
            let over = limit?.timeSpan()
            let action = reader.required("do", like: "report")?.choice(of: ComplianceAction.self, what: "action")
            if over == .zero {
                limit?.report("every certificate is older than \(TimeSpan.zero)", help: "write a duration such as 365d")
            }
            guard let over, over > .zero, let action else { return nil }
            return ComplianceRule.Age(over: over, action: action)
        } ?? nil
    }
}
