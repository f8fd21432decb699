import LocatedYAML
import RotationModel

/// A rule of `revocations` as its file has it. It refers to nothing elsewhere, so that it is checked whole here, but for its name.
struct RevocationDraft {
    let name: (name: String, value: LocatedValue)?
    /// Nil where something in it was wrong, and is reported.
    let rule: RevocationRule?

    /// Nil, and reported, where the item is no mapping.
    init?(reading item: LocatedValue) {
        let draft = item.mapping("the revocation") { reader -> RevocationDraft in
            let name = EntityName.read(reader, like: "stolen-lot-2211")
            let description = reader.optional("description")?.text("a sentence")
            let (match, certificates) = RevocationScope.read(reader, item: item, name: name?.value)
            let reasonValue = reader.required("reason", like: "keyCompromise")
            let reason = reasonValue.flatMap(RevocationDraft.reason)
            let mode =
                reader.optional("mode").map { $0.choice(of: RevocationMode.self, what: "mode") }
                ?? .replaceThenRevoke
            let deadlineValue = reader.optional("deadline")
            let deadline = RevocationDraft.deadline(deadlineValue, mode: mode)
            if deadlineValue == nil, mode == .replaceThenRevoke, reason == .keyCompromise {
                reasonValue?.report(
                    "without a `deadline`, a stolen key stays good until its device confirms a replacement, however long that takes",
                    help: "add `deadline: 72h`, or write `mode: revoke-now`", as: .warning, rule: .noDeadline)
            }
            guard let name, let match, let certificates, let reason, let mode, let deadline else {
                return RevocationDraft(name: name, rule: nil)
            }
            return RevocationDraft(
                name: name,
                rule: RevocationRule(
                    name: name.name, description: description,
                    place: PolicyPlace(file: item.log.path, line: item.line), match: match, certificates: certificates,
                    reason: reason, mode: mode, deadline: deadline))
        }
        guard let draft else { return nil }
        self = draft
    }

    private init(name: (name: String, value: LocatedValue)?, rule: RevocationRule?) {
        self.name = name
        self.rule = rule
    }

    // MARK: Values

    private static func reason(_ value: LocatedValue) -> RevocationReason? {
        switch value.content {
        case .scalar("certificateHold", _):
            value.report(
                "certificateHold can be lifted again, and what is revoked here stays revoked",
                help: "write another reason, such as keyCompromise or cessationOfOperation")
            return nil
        case .scalar("removeFromCRL", _):
            value.report(
                "removeFromCRL stands only in delta CRLs, which are not made",
                help: "write another reason, such as keyCompromise or cessationOfOperation")
            return nil
        default: return value.choice(of: RevocationReason.self, what: "reason")
        }
    }

    /// Nil, and reported, where it is wrong; `.some(nil)` where there is none.
    private static func deadline(_ value: LocatedValue?, mode: RevocationMode?) -> TimeSpan?? {
        guard let value else { return .some(nil) }
        guard let span = value.timeSpan() else { return nil }
        if mode == .revokeNow {
            value.report(
                "`revoke-now` waits for nothing, so it has no deadline",
                help: "remove it, or write `mode: replace-then-revoke`")
            return nil
        }
        if span == .zero {
            value.report("a deadline of \(span)", help: "write `mode: revoke-now`, or a duration such as 72h")
            return nil
        }
        return span
    }
}

/// `match` and `certificates`, which together say what a revocation reaches.
private enum RevocationScope {
    /// Either is nil, and reported, where it is wrong.
    static func read(
        _ reader: MappingReader, item: LocatedValue, name: LocatedValue?
    ) -> (match: DeviceSelector?, certificates: CertificateSelector?) {
        let matchValue = reader.optional("match")
        let certificatesValue = reader.optional("certificates")
        let match = matchValue.map(SelectorReader.read) ?? DeviceSelector()
        let certificates = certificatesValue.map(CertificateSelectorReader.read) ?? CertificateSelector()
        guard let match, let certificates else { return (match, certificates) }
        if match.isEmpty, certificates.isEmpty {
            (matchValue ?? name ?? item).report(
                "this revocation names every certificate of the fleet",
                help: "say in `match` whose, or in `certificates` which", rule: .everyCertificate)
            return (nil, certificates)
        }
        // With all its lines commented out. Who means every device leaves it out, or writes {}.
        if let matchValue, case .nothing = matchValue.content {
            matchValue.report(
                "`match` is empty: this revocation is for every device", help: "remove it if so", as: .warning,
                rule: .everyCertificate)
        }
        warnOfSerials(certificatesValue, certificates, match)
        return (match, certificates)
    }

    /// RFC 5280, 4.1.2.2: unique for each authority, not among them.
    private static func warnOfSerials(
        _ value: LocatedValue?, _ certificates: CertificateSelector, _ match: DeviceSelector
    ) {
        guard !certificates.serials.isEmpty, certificates.issuers.isEmpty, match.issuers.isEmpty else { return }
        value?.report(
            "`serials` without `issuer`: two authorities may have given the same serial number",
            help: "add the `issuer`", as: .warning, rule: .ambiguousSerial)
    }
}
