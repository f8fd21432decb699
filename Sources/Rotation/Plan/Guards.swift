import RotationModel

/// The limits of `rotation.yaml` over which a run stops before it does anything.
enum Guards {
    /// - Parameter active: the fleet's `ACTIVE` certificates.
    static func broken(by decisions: [Decision], limits: RunLimits, active: Int) -> [String] {
        var broken: [String] = []
        let revoke = Set(decisions.lazy.filter(\.revokesActive).map(\.fingerprint)).count
        if let reason = self.broken(revoking: revoke, of: active, limit: limits.revoke) { broken.append(reason) }
        let issue = decisions.reduce(0) { $0 + ($1.action == .issue ? 1 : 0) }
        if issue > limits.issue {
            broken.append(
                "\(issue) certificates would be issued, and limits.issue allows \(limits.issue) in one run; "
                    + "take a part with `rotation-job run --limit \(limits.issue)`; for all of it, \(howToPass)"
            )
        }
        return broken
    }

    /// Why a run may not revoke so many of the active certificates, or nil.
    static func broken(revoking count: Int, of active: Int, limit: Share) -> String? {
        let allowed = most(limit, of: active)
        guard count > allowed else { return nil }
        return
            "\(count) of \(active) active certificates would be revoked, and limits.revoke (\(limit)) allows \(allowed) in one run; "
            + howToPass
    }

    /// The way past a guard is a plan that a person has seen.
    static let howToPass =
        "save the plan with `rotation-job plan --save reviewed.json` and look at it; when that is what you want, "
        + "`rotation-job run --plan reviewed.json` carries out exactly that, past the guards it shows"

    /// How many certificates a run may revoke. One is always allowed, however small the fleet, unless the limit is zero.
    static func most(_ share: Share, of active: Int) -> Int {
        share.partsPerMillion == 0 ? 0 : max(1, Int(Int64(active) * share.partsPerMillion / 1_000_000))
    }
}

extension Decision {
    /// Whether it takes a certificate away that authenticates today.
    fileprivate var revokesActive: Bool { action == .revoke && status == .active }
}
