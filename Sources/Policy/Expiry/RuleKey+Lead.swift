import LocatedYAML
import RotationModel

extension RuleKey where Rule: StandardRule {
    /// A length of time or a share of the certificate's lifetime: `30d`, `33%`.
    static func lead(_ name: String, _ path: Path<Lead>, _ about: String) -> RuleKey {
        RuleKey(name: name, schema: SchemaKind.durationOrShare(about, standard: Rule()[keyPath: path].description)) {
            take(Lead(reading: $0), to: path, of: &$1)
        }
    }
}

extension Lead {
    /// Reads `30d` or `33%`. Nil, and reported, where it is neither.
    init?(reading value: LocatedValue) {
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
