import RotationModel

/// The limits of `rotation.yaml` over which a run stops before it does anything.
enum Guards {
    static func broken(by decisions: [Decision], limits: RunLimits) -> [String] {
        var broken: [String] = []
        let issue = decisions.reduce(0) { $0 + ($1.action == .issue ? 1 : 0) }
        if issue > limits.issue {
            broken.append(
                "\(issue) certificates would be issued, and limits.issue allows \(limits.issue) in one run; "
                    + "when that is what you want, raise limits.issue in rotation.yaml, or take a part with `rotation-job run --limit \(limits.issue)`"
            )
        }
        return broken
    }
}
