import RotationModel

/// The limits of `rotation.yaml` over which a run stops before it does anything.
package enum Guards {
    /// - Parameters:
    ///   - brought: how many more revocations an import brought.
    ///   - active: the fleet's `ACTIVE` certificates.
    static func broken(by decisions: [Decision], brought: Int, limits: RunLimits, active: Int) -> [BrokenGuard] {
        var broken: [BrokenGuard] = []
        let revoke = Set(decisions.lazy.filter(\.revokesActive).map(\.fingerprint)).count + brought
        // What an import made REVOKED was active until then, as far as anybody was told.
        let imported = decisions.count(where: \.isImportedRevocation) + brought
        if let revoking = self.broken(revoking: revoke, of: active + imported, limit: limits.revoke) {
            broken.append(revoking)
        }
        let issue = decisions.count { $0.action.name == .issue }
        if issue > limits.issue {
            // A part of the certificates would still be all of the revocations.
            let part =
                broken.isEmpty ? "take a part with `rotation-job run --limit \(limits.issue)`; for all of it, " : ""
            broken.append(
                BrokenGuard(
                    fact: "\(issue) certificates would be issued, and limits.issue allows \(limits.issue) in one run",
                    advice: part + howToPass))
        }
        return broken
    }

    /// Why a run may not revoke so many of the active certificates, or nil.
    static func broken(revoking count: Int, of active: Int, limit: Share) -> BrokenGuard? {
        let allowed = most(limit, of: active)
        guard count > allowed else { return nil }
        return BrokenGuard(
            fact:
                "\(count) of \(active) active certificates would be revoked, and limits.revoke (\(limit)) allows \(allowed) in one run",
            advice: howToPass)
    }

    /// The way past a guard is a plan that a person has seen.
    static let howToPass =
        "save the plan with `rotation-job plan --save reviewed.json` and look at it; when that is what you want, "
        + "`rotation-job run --plan reviewed.json` carries out exactly that, past the guards it shows"

    /// How many certificates a run may revoke. One is always allowed, however small the fleet, unless the limit is zero.
    package static func most(_ share: Share, of active: Int) -> Int {
        share.partsPerMillion == 0 ? 0 : max(1, Int(Int64(active) * share.partsPerMillion / 1_000_000))
    }
}

extension Decision {
    /// Whether it takes a certificate away that authenticates today, wherever the registry is not asked.
    fileprivate var revokesActive: Bool { action == .revoke && subject.status == .active || isImportedRevocation }
}
