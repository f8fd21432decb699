import LocatedYAML
import RotationModel

/// A policy as its file has it. What was wrong in it is nil and reported.
struct PolicyDraft {
    let item: LocatedValue
    let name: (name: String, value: LocatedValue)?
    let owner: String?
    let description: String?
    let priority: Int?
    let match: DeviceSelector?
    /// Where to point when something is wrong with the match as a whole.
    let matchValue: LocatedValue?
    let expiry: ExpiryDraft?
    let compliance: ComplianceRule?
    let complianceValue: LocatedValue?
    let profile: (name: String, value: LocatedValue)?
    let rekey: RekeyRule?
    /// Nil where it is not said, too.
    let requests: RequestRule?
    let confirm: ConfirmRule?
    let batch: Int?
    let perRun: Int?
    let rollout: RolloutRule?
    let windowsValue: LocatedValue?
    let freezesValue: LocatedValue?

    /// Nil, and reported, where the item is no mapping.
    init?(reading item: LocatedValue) {
        let draft = item.mapping("the policy") { reader in
            let name = EntityName.read(reader, like: "field-sensors")
            let owner = reader.optional("owner")?.line("a mail address or a team's name")
            let description = reader.optional("description")?.text("a sentence")
            let priority = reader.optional("priority").map { $0.integer(in: -1_000_000...1_000_000) } ?? 0
            let matchValue = reader.optional("match")
            let match = matchValue.map(SelectorReader.read) ?? DeviceSelector()
            let expiry = reader.optional("expiry").map(ExpiryDraft.init(reading:)) ?? ExpiryDraft()
            let complianceValue = reader.optional("compliance")
            let compliance =
                complianceValue.map { $0.mapping("`compliance`") { $0.rule(ComplianceRule.keys).rule } }
                ?? ComplianceRule()
            let issuance = reader.required("issuance", like: "{ profile: NAME }").flatMap(IssuanceReader.read)
            let rollout = reader.optional("rollout").map(RolloutReader.read) ?? RolloutReader.Limits()
            return PolicyDraft(
                item: item, name: name, owner: owner, description: description, priority: priority, match: match,
                matchValue: matchValue, expiry: expiry, compliance: compliance, complianceValue: complianceValue,
                profile: issuance?.profile,
                rekey: issuance?.rekey, requests: issuance?.requests, confirm: issuance?.confirm, batch: rollout.batch,
                perRun: rollout.perRun,
                rollout: rollout.rule,
                windowsValue: rollout.windowsValue, freezesValue: rollout.freezesValue)
        }
        guard let draft else { return nil }
        self = draft
    }

    private init(
        item: LocatedValue, name: (name: String, value: LocatedValue)?, owner: String?, description: String?,
        priority: Int?, match: DeviceSelector?, matchValue: LocatedValue?, expiry: ExpiryDraft?,
        compliance: ComplianceRule?, complianceValue: LocatedValue?, profile: (name: String, value: LocatedValue)?,
        rekey: RekeyRule?, requests: RequestRule?, confirm: ConfirmRule?, batch: Int?, perRun: Int?,
        rollout: RolloutRule?,
        windowsValue: LocatedValue?, freezesValue: LocatedValue?
    ) {
        (self.item, self.name, self.owner, self.description) = (item, name, owner, description)
        (self.priority, self.match, self.matchValue) = (priority, match, matchValue)
        (self.expiry, self.compliance, self.complianceValue) = (expiry, compliance, complianceValue)
        self.profile = profile
        (self.rekey, self.requests, self.confirm) = (rekey, requests, confirm)
        (self.batch, self.perRun) = (batch, perRun)
        (self.rollout, self.windowsValue, self.freezesValue) = (rollout, windowsValue, freezesValue)
    }
}

/// `issuance`: the profile, whether a key may stay, whose CSRs are answered, and what confirms.
enum IssuanceReader {
    struct Issuance {
        let profile: (name: String, value: LocatedValue)?
        let rekey: RekeyRule?
        let requests: RequestRule?
        let confirm: ConfirmRule?
    }

    static func read(_ value: LocatedValue) -> Issuance? {
        value.mapping("`issuance`") { reader in
            let profile = reader.required("profile", like: "NAME")
            let name = profile.flatMap { value in value.word("a profile's name").map { (name: $0, value: value) } }
            let rekey = reader.optional("rekey").map { $0.choice(of: RekeyRule.self, what: "rekey rule") } ?? .required
            let requests = reader.optional("requests").flatMap {
                $0.choice(of: RequestRule.self, what: "rule for requests")
            }
            let confirm =
                reader.optional("confirm").map { $0.choice(of: ConfirmRule.self, what: "rule for confirmations") }
                ?? .ack
            return Issuance(profile: name, rekey: rekey, requests: requests, confirm: confirm)
        }
    }
}

/// `rollout`: how many at once, and by ``RolloutRuleReader`` when and to whom.
enum RolloutReader {
    struct Limits {
        var batch: Int? = RotationPolicy.defaultBatch
        var perRun: Int?
        var rule: RolloutRule? = RolloutRule()
        /// Where to point when the windows or the freezes as a whole are wrong.
        var windowsValue: LocatedValue?
        var freezesValue: LocatedValue?
    }

    static func read(_ value: LocatedValue) -> Limits {
        value.mapping("`rollout`") { reader in
            var limits = Limits()
            if let batch = reader.optional("batch") { limits.batch = batch.integer(in: 1...100_000) }
            if let perRun = reader.optional("perRun") { limits.perRun = perRun.integer(in: 1...1_000_000_000) }
            limits.rule = RolloutRuleReader.read(reader)
            limits.windowsValue = reader.optional("windows")
            limits.freezesValue = reader.optional("freezes")
            return limits
        } ?? Limits()
    }
}
