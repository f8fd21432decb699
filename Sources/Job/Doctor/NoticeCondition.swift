import System

/// Who is told of what goes wrong, and where numbers go.
struct NoticeCondition: Condition {
    let configuration: String
    /// Whether anybody is told when a run fails.
    let isAnybodyTold: Bool
    /// Programs that cannot be started.
    var brokenPrograms: [String] = []
    /// The folder that metrics cannot be written to.
    var closedMetricsFolder: String?

    var findings: [Finding] {
        var found: [Finding] = []
        if !isAnybodyTold {
            found.append(
                Finding(
                    "nobody-told", at: configuration, "nobody is told when a run fails or a guard stops it",
                    remedy:
                        "add `notify: [{ on: [failed, guard, halted, stuck, clock], command: [/usr/lib/rotation-job/notices/mail, ops@example.com] }]`"
                ))
        }
        found += brokenPrograms.map {
            Finding(
                "notice-program", at: $0, "it is no program that this user can start, and `notify` names it",
                remedy: "correct its path in \(configuration), or chmod +x \($0)")
        }
        if let closedMetricsFolder {
            found.append(
                Finding(
                    "metrics-folder", at: closedMetricsFolder,
                    "user \(EffectiveUser.name) cannot write metrics there",
                    remedy: "install -d -o \(EffectiveUser.name) \(closedMetricsFolder)"))
        }
        return found
    }
}

extension NoticeCondition {
    /// Looks.
    init(_ workspace: Workspace) {
        let rules = workspace.configuration.notices
        configuration = workspace.configuration.path
        isAnybodyTold = rules.contains { $0.events.contains(.failed) }
        brokenPrograms = rules.map(\.program).filter { !FileAccess.mayExecute($0) || Files.isFolder($0) }
        closedMetricsFolder = workspace.configuration.metricsFile.map(Files.folder(of:)).flatMap {
            Files.isFolder($0) && FileAccess.mayWrite($0) ? nil : $0
        }
    }
}
