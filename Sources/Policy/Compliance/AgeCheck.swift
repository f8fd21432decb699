import LocatedYAML
import RotationModel

extension ComplianceCheck {
    static let age = ComplianceCheck(
        key: RuleKey(
            name: "age",
            schema: SchemaKind.mapping(
                "Older than so long, since notBefore.",
                [
                    ("over", SchemaKind.duration("How old it may be.")),
                    ("do", SchemaKind.choice("What is done about it.", of: ComplianceAction.self)),
                ],
                required: ["over", "do"]),
            read: read),
        basis: .age,
        finds: { certificate, _, rule, now in
            rule.oldest.map { now - certificate.notBefore > $0 } ?? false
        },
        tell: { certificate, _, rule, now, wording in
            Reason(
                .age, in: wording,
                "\((now - certificate.notBefore).approximate) old (since \(certificate.notBefore)), more than \(rule.oldest?.approximate ?? "")"
            )
        })

    @Sendable private static func read(_ value: LocatedValue, _ rule: inout ComplianceRule) -> Bool {
        if case .scalar = value.content {
            value.report("`age` must be a mapping", help: "write { over: 365d, do: report }", rule: .wrongType)
            return false
        }
        let age = value.mapping("`age`") { reader -> (over: TimeSpan, action: ComplianceAction)? in
            let limit = reader.required("over", like: "365d")
            let over = limit?.timeSpan()
            let action = reader.required("do", like: "report")?.choice(of: ComplianceAction.self, what: "action")
            if over == .zero {
                limit?.report("every certificate is older than \(TimeSpan.zero)", help: "write a duration such as 365d")
            }
            guard let over, over > .zero, let action else { return nil }
            return (over, action)
        }
        guard let age, let age else { return false }
        rule.oldest = age.over
        rule.set("age", age.action)
        return true
    }
}
