import LocatedYAML
import RotationModel

/// A profile as its file has it. What was wrong in it is nil and reported.
struct ProfileDraft {
    private(set) var item: LocatedValue
    private(set) var name: (name: String, value: LocatedValue)?
    private(set) var authority: (name: String, value: LocatedValue)?
    private(set) var signature = ProfileSignature()
    private(set) var validity: TimeSpan?
    private(set) var backdate: TimeSpan? = IssuanceProfile.defaultBackdate
    private(set) var keys: [KeyRequirement]?
    private(set) var subject: SubjectTemplate?
    private(set) var alternativeNames: [SANTemplate]? = []
    private(set) var longNames: LongNames? = .standard
    private(set) var keyUsage: [KeyUsage]? = [.digitalSignature]
    private(set) var extendedKeyUsage: [ExtendedKeyUsage]? = [.clientAuth]

    /// Nil, and reported, where the item is no mapping.
    init?(reading item: LocatedValue) {
        self.item = item
        var draft = self
        let read: Void? = item.mapping("the profile") { reader in
            draft.name = EntityName.read(reader, like: "sensor-client")
            draft.authority = reader.required("authority", like: "fleet-ca-1").flatMap { value in
                value.word("an authority's name").map { ($0, value) }
            }
            draft.signature = ProfileSignature(reading: reader)
            draft.validity = reader.required("validity", like: "90d").flatMap(ProfileDraft.validity)
            if let value = reader.optional("backdate") { draft.backdate = ProfileDraft.backdate(value) }
            draft.keys = reader.required("keys", like: "[ecdsa-p256]").flatMap(ProfileDraft.keys)
            draft.subject = reader.required("subject", like: "\"CN={device}\"").flatMap(ProfileDraft.subject)
            if let value = reader.optional("subjectAlternativeNames") {
                draft.alternativeNames = ProfileDraft.names(value)
            }
            if let value = reader.optional("longNames") {
                draft.longNames = value.choice(of: LongNames.self, what: "word for long names")
                draft.warnOfUselessOmission(value)
            }
            if let value = reader.optional("keyUsage") { draft.keyUsage = ProfileDraft.keyUsage(value) }
            if let value = reader.optional("extendedKeyUsage") {
                draft.extendedKeyUsage = ProfileDraft.words(
                    value, of: ExtendedKeyUsage.self, what: "extended key usage")
            }
        }
        guard read != nil else { return nil }
        self = draft
    }

    // MARK: Values

    private static func validity(_ value: LocatedValue) -> TimeSpan? {
        guard let span = value.timeSpan() else { return nil }
        guard span > .zero else {
            value.report("a certificate that is valid for \(span)", help: "write a duration such as 90d")
            return nil
        }
        return span
    }

    private static func backdate(_ value: LocatedValue) -> TimeSpan? {
        guard let span = value.timeSpan() else { return nil }
        guard span <= IssuanceProfile.longestBackdate else {
            value.report("a backdate of \(span)", help: "at most \(IssuanceProfile.longestBackdate)")
            return nil
        }
        return span
    }

    private static func keys(_ value: LocatedValue) -> [KeyRequirement]? {
        let words = ["ecdsa-p256", "ecdsa-p384", "ecdsa-p521", "rsa-2048", "rsa-3072", "rsa-4096", "rsa-2048+"]
        return value.distinct("a key such as ecdsa-p256") { value in
            guard let text = value.word("a key such as ecdsa-p256") else { return nil }
            if let key = KeyRequirement(text) { return key }
            var nearest: String? { Suggestion.nearest(to: text, among: words).map { "did you mean `\($0)`?" } }
            let isRSA = text.lowercased().hasPrefix("rsa")
            value.report(
                "`\(text)` is not a key that a device may have",
                help: isRSA
                    ? "RSA keys have 2048 to 4096 bits: rsa-2048, or rsa-2048+ for that size and more"
                    : nearest ?? "one of: ecdsa-p256, ecdsa-p384, ecdsa-p521, rsa-2048, rsa-2048+ (that size or more)")
            return nil
        }
    }

    private static func subject(_ value: LocatedValue) -> SubjectTemplate? {
        guard let text = value.line("a name such as \"CN={device}\"", longest: 2000) else { return nil }
        do throws(TemplateMistake) {
            return try SubjectTemplate(text)
        } catch {
            value.report(error.message, help: error.help)
            return nil
        }
    }

    private static func names(_ value: LocatedValue) -> [SANTemplate]? {
        if case .sequence(let none) = value.content, none.isEmpty { return [] }
        return value.distinct("a name such as \"URI:urn:device:{device}\"") { value in
            guard let text = value.line("a name such as \"URI:urn:device:{device}\"", longest: 2000) else { return nil }
            do throws(TemplateMistake) {
                return try SANTemplate(text)
            } catch {
                value.report(error.message, help: error.help)
                return nil
            }
        }
    }

    /// `longNames: omit` where no alternative name says what would be left out.
    private func warnOfUselessOmission(_ value: LocatedValue) {
        guard longNames == .omit, let alternativeNames, !alternativeNames.contains(where: \.namesDevice) else { return }
        value.report(
            "`omit` leaves nothing out: no alternative name says the device's id",
            help: "add one: subjectAlternativeNames: [\"URI:urn:device:{device}\"]", as: .warning, rule: .withoutEffect)
    }

    private static func keyUsage(_ value: LocatedValue) -> [KeyUsage]? {
        guard let usages = words(value, of: KeyUsage.self, what: "key usage") else { return nil }
        // RFC 5280, 4.2.1.3 and 4.2.1.9: these are for authorities, and devices' certificates say CA=false.
        if let wrong = usages.first(where: { $0 == .keyCertSign || $0 == .cRLSign }) {
            value.report("`\(wrong.rawValue)` is for authorities, not for devices", help: "remove it", rule: .keyUsage)
            return nil
        }
        if let wrong = usages.first(where: { $0 == .encipherOnly || $0 == .decipherOnly }),
            !usages.contains(.keyAgreement)
        {
            value.report(
                "`\(wrong.rawValue)` has no meaning without keyAgreement", help: "add keyAgreement, or remove it",
                rule: .keyUsage)
            return nil
        }
        return usages
    }

    private static func words<Word: RawRepresentable & CaseIterable & Hashable>(
        _ value: LocatedValue, of: Word.Type, what: String
    ) -> [Word]? where Word.RawValue == String {
        value.distinct("a \(what)") { $0.choice(of: Word.self, what: what) }
    }
}
