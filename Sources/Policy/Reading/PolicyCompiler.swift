import LocatedYAML
import RotationModel

/// Holds the drafts of all files against each other and against the workspace's authorities.
struct PolicyCompiler {
    private let drafts: [PolicyFileDraft]
    private let authorities: [AuthorityFacts]?
    private let sha256: SHA256Function

    init(drafts: [PolicyFileDraft], authorities: [AuthorityFacts]?, sha256: @escaping SHA256Function) {
        self.drafts = drafts
        self.authorities = authorities
        self.sha256 = sha256
    }

    /// Reports what does not fit together. The set lacks what was wrong.
    func compile() -> PolicySet {
        let policyDrafts = drafts.flatMap(\.policies)
        let profileDrafts = drafts.flatMap(\.profiles)
        reportDuplicates(policyDrafts.compactMap(\.name), what: "policy")
        reportDuplicates(profileDrafts.compactMap(\.name), what: "profile")
        reportDuplicates(drafts.flatMap(\.revocations).compactMap(\.name), what: "revocation")
        reportSeveralCatchAlls(policyDrafts)

        let profiles = profileDrafts.compactMap { profile($0) }
        let byName = Dictionary(profiles.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let written = profileDrafts.compactMap { $0.name?.name }
        let known = Set(written)
        // Where a profile's name could not be read, one that seems to be missing may be that.
        for draft in policyDrafts where written.count == profileDrafts.count {
            reportUnknownProfile(draft, known: known, written: written)
        }
        let policies = policyDrafts.compactMap { policy($0, profiles: byName) }
        return PolicySet(
            policies: policies, profiles: profiles, revocations: drafts.flatMap(\.revocations).compactMap(\.rule),
            tests: PolicyTestCompiler(drafts).compile())
    }

    // MARK: One by one

    private func profile(_ draft: ProfileDraft) -> IssuanceProfile? {
        let authority = draft.authority.flatMap { self.authority(named: $0.name, at: $0.value) }
        if let authority { draft.signature.check(against: authority) }
        warnOfEncipherment(draft)
        guard let name = draft.name?.name, let authorityName = draft.authority?.name,
            let signature = draft.signature.algorithm?.value, draft.signature.isReadable, let validity = draft.validity,
            let backdate = draft.backdate,
            let keys = draft.keys, let subject = draft.subject, let alternativeNames = draft.alternativeNames,
            let longNames = draft.longNames,
            let keyUsage = draft.keyUsage, let extendedKeyUsage = draft.extendedKeyUsage
        else { return nil }
        return IssuanceProfile(
            name: name, place: PolicyPlace(file: draft.item.log.path, line: draft.item.line), authority: authorityName,
            authoritySubject: authority.map { DistinguishedNameText($0.subject) }, signature: signature,
            hash: draft.signature.effectiveHash(under: authority), validity: validity, backdate: backdate, keys: keys,
            subject: subject,
            subjectAlternativeNames: alternativeNames, longNames: longNames, keyUsage: keyUsage,
            extendedKeyUsage: extendedKeyUsage)
    }

    private func policy(_ draft: PolicyDraft, profiles: [String: IssuanceProfile]) -> RotationPolicy? {
        guard let profile = draft.profile.flatMap({ profiles[$0.name] }) else { return nil }
        if let expiry = draft.expiry { checkExpiry(expiry, of: draft, against: profile) }
        checkAge(of: draft, against: profile)
        warnOfRareWindows(draft, against: profile)
        warnOfFreezes(draft, against: profile)
        guard let name = draft.name?.name, let priority = draft.priority, let match = draft.match,
            let expiry = draft.expiry?.rule, let compliance = draft.compliance, let rekey = draft.rekey,
            let confirm = draft.confirm, let batch = draft.batch, let rollout = draft.rollout
        else { return nil }
        return RotationPolicy(
            name: name, owner: draft.owner, description: draft.description, priority: priority,
            place: PolicyPlace(file: draft.item.log.path, line: draft.item.line), match: match, expiry: expiry,
            compliance: compliance, rekey: rekey, requests: draft.requests, confirm: confirm, profile: profile,
            batch: batch, perRun: draft.perRun, rollout: rollout, sha256: sha256)
    }

    // MARK: Between them

    private func authority(named name: String, at value: LocatedValue) -> AuthorityFacts? {
        guard let authorities else { return nil }
        if let found = authorities.first(where: { $0.name == name }) { return found }
        let known = authorities.map(\.name)
        value.report(
            "there is no authority `\(name)`",
            help: known.isEmpty
                ? "add it to `authorities` in rotation.yaml" : Suggestion.help(for: name, among: known),
            rule: .unknownName)
        return nil
    }

    private func reportUnknownProfile(_ draft: PolicyDraft, known: Set<String>, written: [String]) {
        guard let profile = draft.profile, !known.contains(profile.name) else { return }
        profile.value.report(
            "there is no profile `\(profile.name)`",
            help: written.isEmpty ? "no file has `profiles`" : Suggestion.help(for: profile.name, among: written),
            rule: .unknownName)
    }

    private func checkExpiry(_ draft: ExpiryDraft, of policy: PolicyDraft, against profile: IssuanceProfile) {
        guard let rule = draft.rule else { return }
        let renewBefore = rule.renewBefore.length(of: profile.validity)
        let spread = rule.spread.length(of: profile.validity)
        let place = draft.renewBefore ?? policy.item
        if renewBefore >= profile.validity {
            place.report(
                "`renewBefore` (\(rule.renewBefore)) is not shorter than the validity of profile `\(profile.name)` "
                    + "(\(profile.validity)): every certificate would be due as soon as it is issued",
                help: "choose a shorter one", rule: .dueAtIssue)
        } else if renewBefore + spread >= profile.validity {
            (draft.spread ?? place).report(
                "`renewBefore` and `spread` together (\(rule.renewBefore) + \(rule.spread)) are not shorter than the validity of "
                    + "profile `\(profile.name)` (\(profile.validity)): some certificates would be due as soon as they are issued",
                help: "choose shorter ones", as: .warning, rule: .dueAtIssue)
        }
        if let contact = rule.contact {
            check(contact, at: draft.contact ?? policy.item, beside: rule, against: profile)
        }
        warnOfOverlap(draft, rule, renewBefore: renewBefore + spread)
    }

    private func check(
        _ contact: ContactRule, at place: LocatedValue, beside rule: ExpiryRule, against profile: IssuanceProfile
    ) {
        let renewBefore = contact.renewBefore.length(of: profile.validity)
        if renewBefore >= profile.validity {
            place.report(
                "`contact.renewBefore` (\(contact.renewBefore)) is not shorter than the validity of profile `\(profile.name)` "
                    + "(\(profile.validity)): every certificate of a device that is seldom seen would be due as soon as it is issued",
                help: "choose a shorter one", rule: .dueAtIssue)
        } else if renewBefore <= rule.renewBefore.length(of: profile.validity) {
            place.report(
                "`contact.renewBefore` (\(contact.renewBefore)) is no longer than `renewBefore` (\(rule.renewBefore)): who is seldom seen "
                    + "is renewed no earlier than the others",
                help: "choose a longer one, or remove `contact`", as: .warning, rule: .withoutEffect)
        }
    }

    /// Whoever is replaced on time has no more than this left.
    private func warnOfOverlap(_ draft: ExpiryDraft, _ rule: ExpiryRule, renewBefore: TimeSpan) {
        guard rule.overlap > renewBefore else { return }
        draft.overlap?.report(
            "an overlap of \(rule.overlap) is longer than what is left of the old certificate when it is replaced "
                + "(\(renewBefore.approximate)): it expires before the overlap is over",
            help: "choose a shorter `overlap`, or an earlier `renewBefore`", as: .warning, rule: .longOverlap)
    }

    /// What is issued is as old as its backdate.
    private func checkAge(of policy: PolicyDraft, against profile: IssuanceProfile) {
        guard let rule = policy.compliance, rule.action(on: .age) == .replace, let oldest = rule.oldest,
            oldest < profile.backdate
        else { return }
        policy.complianceValue?.report(
            "certificates of profile `\(profile.name)` are \(profile.backdate) old when they are issued (backdate), and "
                + "`age` replaces those older than \(oldest)",
            help: "choose a longer one", rule: .dueAtIssue)
    }

    /// In a freeze that is longer than certificates last, every one of them expires.
    private func warnOfFreezes(_ draft: PolicyDraft, against profile: IssuanceProfile) {
        guard let schedule = draft.rollout?.schedule, schedule.onNoWindow == .hold,
            let longest = schedule.longestFreeze(), longest.end - longest.start >= profile.validity
        else { return }
        draft.freezesValue?.report(
            "from \(longest.start) until \(longest.end) nothing is replaced, and certificates of profile `\(profile.name)` last "
                + "\(profile.validity): every one would expire meanwhile",
            help: "leave days between the freezes, or write onNoWindow: replace", as: .warning, rule: .longFreeze)
    }

    /// Who falls due as the windows close has to last until they open again. A spread only ever makes it due earlier.
    private func warnOfRareWindows(_ draft: PolicyDraft, against profile: IssuanceProfile) {
        guard let schedule = draft.rollout?.schedule, schedule.onNoWindow == .hold,
            let closure = schedule.longestWeeklyClosure(), let expiry = draft.expiry?.rule
        else { return }
        let left = expiry.renewBefore.length(of: profile.validity)
        guard left <= closure, left < profile.validity else { return }
        let what =
            closure >= profile.validity
            ? "certificates of profile `\(profile.name)` last \(profile.validity): every one would expire meanwhile"
            : "certificates of profile `\(profile.name)` are due \(left.approximate) before they end: one that is due as the windows close "
                + "expires before they open"
        draft.windowsValue?.report(
            "no window is open for \(closure) at a stretch, and \(what)",
            help: "add windows, choose an earlier `renewBefore`, or write onNoWindow: replace", as: .warning,
            rule: .rareWindow)
    }

    /// RFC 8813, 3: an EC key enciphers nothing.
    private func warnOfEncipherment(_ draft: ProfileDraft) {
        guard let usages = draft.keyUsage, let keys = draft.keys,
            let usage = usages.first(where: { $0 == .keyEncipherment || $0 == .dataEncipherment }),
            let curve = keys.first(where: { if case .rsa = $0.algorithm { false } else { true } })
        else { return }
        draft.item.report(
            "`\(usage.rawValue)` is not for EC keys, and the profile takes \(curve)",
            help: "remove it, or make a profile of its own for RSA keys", as: .warning, rule: .keyUsage)
    }

    private func reportDuplicates(_ names: [(name: String, value: LocatedValue)], what: String) {
        var first: [String: LocatedValue] = [:]
        for (name, value) in names {
            if let other = first[name] {
                value.report(
                    "there are two \(what == "policy" ? "policies" : "\(what)s") `\(name)`",
                    help: "the other one is at \(other.place)", rule: .duplicateName)
            } else {
                first[name] = value
            }
        }
    }

    /// One policy may be for every device; a second one is more likely a forgotten `match`.
    private func reportSeveralCatchAlls(_ policies: [PolicyDraft]) {
        let catchAlls = policies.filter { $0.match?.isEmpty ?? false }
        guard let first = catchAlls.first else { return }
        for policy in catchAlls.dropFirst() {
            (policy.matchValue ?? policy.name?.value ?? policy.item).report(
                "this policy matches every device, and so does \(first.name.map { "`\($0.name)`" } ?? "another") at \(first.item.place)",
                help: "say in `match` which devices it is for", rule: .catchAll)
        }
    }
}
