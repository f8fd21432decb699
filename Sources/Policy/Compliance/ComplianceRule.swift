import RotationModel

/// What is done about a certificate that is not what its profile would issue.
package enum ComplianceAction: String, Sendable, CaseIterable { case replace, report, ignore }

/// What is done about an older `ACTIVE` certificate beside a device's current one.
package enum SupersededAction: String, Sendable, CaseIterable { case retire, report, ignore }

/// The findings that a policy acts on.
package struct ComplianceRule: Hashable, Sendable {
    /// By the check's key; what is not here is not checked.
    private(set) var actions: [String: ComplianceAction] = [:]
    /// How old a certificate may be, since `notBefore`, where its age is checked; one of exactly this age is not yet too old.
    package var oldest: TimeSpan?
    package var superseded: SupersededAction?
    /// The checks that act, in their order: looked through for every certificate of the fleet.
    private(set) var acting: [Acting] = []

    /// A check, by its place among all, and what is done about what it finds.
    struct Acting: Hashable, Sendable {
        let place: Int
        let action: ComplianceAction

        var check: ComplianceCheck { ComplianceCheck.all[place] }
    }

    /// Checks nothing.
    package init() {}

    /// - Parameter actions: By the keys of checks.
    package init(_ actions: [String: ComplianceAction], oldest: TimeSpan? = nil, superseded: SupersededAction? = nil) {
        (self.oldest, self.superseded) = (oldest, superseded)
        for (key, action) in actions { set(key, action) }
    }

    mutating func set(_ key: String, _ action: ComplianceAction) {
        actions[key] = action
        acting = ComplianceCheck.all.enumerated().compactMap { place, check in
            guard let action = actions[check.key.name], action != .ignore else { return nil }
            return Acting(place: place, action: action)
        }
    }

    /// What is done about what the check finds; nil where it is not checked.
    func action(on check: ComplianceCheck) -> ComplianceAction? { actions[check.key.name] }
}
