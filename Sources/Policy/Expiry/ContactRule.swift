import LocatedYAML
import RotationModel

/// An earlier renewal for devices that are seldom seen at the gate: what is published for them takes its time to be picked up.
package struct ContactRule: Hashable, Sendable {
    /// A device that was not seen for longer is seldom seen, and so is one that never was.
    package let seen: TimeSpan
    /// In place of ``ExpiryRule/renewBefore``, where that is shorter.
    package let renewBefore: Lead

    package init(seen: TimeSpan, renewBefore: Lead) { (self.seen, self.renewBefore) = (seen, renewBefore) }

    /// From when on a device is seldom seen, if it is not seen again; nil where nothing is known of the gate.
    package func seldomFrom(_ contact: Contact) -> Timestamp? {
        switch contact {
        case .unknown: nil
        case .never: Timestamp(seconds: 0)
        case .last(let time): time + seen + TimeSpan(seconds: 1)
        }
    }

    package func isSeldom(_ contact: Contact, at now: Timestamp) -> Bool {
        seldomFrom(contact).map { now >= $0 } ?? false
    }
}

extension RuleKey<ExpiryRule> {
    /// `contact`: an earlier renewal for devices that are seldom seen.
    static let contact = RuleKey(
        name: "contact",
        schema: SchemaKind.mapping(
            "An earlier renewal for devices that are seldom seen at the gate, or never; nothing where no device ever was.",
            [
                ("seen", SchemaKind.duration("A device that was not seen for longer is seldom seen.")),
                ("renewBefore", SchemaKind.durationOrShare("For such a device, where it is longer than the other.")),
            ], required: ["seen", "renewBefore"])
    ) { value, rule in
        rule.contact = ContactRule(reading: value)
        return rule.contact != nil
    }
}

extension ContactRule {
    /// Nil, and reported, where something in it is wrong.
    fileprivate init?(reading value: LocatedValue) {
        if case .scalar = value.content {
            value.report("`contact` must be a mapping", help: "write { seen: 30d, renewBefore: 60d }", rule: .wrongType)
            return nil
        }
        let contact = value.mapping("`contact`") { reader -> ContactRule? in
            let limit = reader.required("seen", like: "30d")
            let seen = limit?.timeSpan()
            let renewBefore = reader.required("renewBefore", like: "60d").flatMap(Lead.init(reading:))
            if seen == .zero {
                limit?.report("no device is seen every second", help: "write a duration such as 30d")
            }
            guard let seen, seen > .zero, let renewBefore else { return nil }
            return ContactRule(seen: seen, renewBefore: renewBefore)
        }
        guard let contact, let contact else { return nil }
        self = contact
    }
}
