import LocatedYAML
import RotationModel

/// `expiry` as its file has it, with the places of the values that are held against the profile's validity.
struct ExpiryDraft {
    /// Nil where something in it was wrong.
    private(set) var rule: ExpiryRule? = ExpiryRule()
    private(set) var renewBefore: LocatedValue?
    private(set) var spread: LocatedValue?
    private(set) var overlap: LocatedValue?
    /// `contact.renewBefore`.
    private(set) var contact: LocatedValue?

    init() {}

    init(reading value: LocatedValue) {
        let draft = value.mapping("`expiry`") { reader -> ExpiryDraft in
            var draft = ExpiryDraft()
            let (rule, isGood) = reader.rule(ExpiryRule.keys)
            draft.rule = isGood ? rule : nil
            draft.renewBefore = reader.optional("renewBefore")
            draft.spread = reader.optional("spread")
            draft.overlap = reader.optional("overlap")
            draft.contact = reader.optional("contact")?.member("renewBefore")
            return draft
        }
        if let draft { self = draft } else { rule = nil }
    }
}

extension LocatedValue {
    /// The value of a mapping's key, for a message that points there.
    fileprivate func member(_ key: String) -> LocatedValue? {
        guard case .mapping(let entries) = content else { return nil }
        return entries.first { $0.key.text == key }?.value
    }
}
