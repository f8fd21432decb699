import Basics
import Fleet
import LocatedYAML
import RotationModel
import System

/// Looks at a workspace, and at the machine that is to run it, for what a newcomer would trip over. Changes nothing.
///
/// What it cannot look at because something before it is broken is left out: mend that, and ask again.
package struct Doctor {
    package enum Scope: Sendable {
        /// What belongs to the workspace.
        case workspace
        /// Also what starts the job, serves its lists and listens for devices.
        case machine
    }

    private let path: String?
    private let at: Timestamp
    private let scope: Scope
    /// What the machine's paths start from; empty for this machine's own.
    private let root: String
    private let observer: any RunObserver

    /// - Parameter path: what `--config` says; nil looks as ``Workspace/init(configuredBy:)`` does.
    package init(configuredBy path: String?, at: Timestamp, scope: Scope, observer: any RunObserver) {
        self.init(configuredBy: path, at: at, scope: scope, root: "", observer: observer)
    }

    init(
        configuredBy path: String?, at: Timestamp, scope: Scope, root: String,
        observer: any RunObserver = SilentObserver()
    ) {
        (self.path, self.at, self.scope, self.root, self.observer) = (path, at, scope, root, observer)
    }

    /// Reports each finding as it is found.
    ///
    /// - Returns: how many there are.
    package func examine(report: (Finding) throws -> Void) async throws -> Int {
        var count = 0
        func tell(_ condition: some Condition) throws {
            for finding in condition.findings {
                count += 1
                try report(finding)
            }
        }
        let workspace: Workspace
        do {
            workspace = try Workspace(configuredBy: path)
        } catch {
            try tell(BrokenConfiguration(error))
            return count
        }
        try tell(FolderCondition(workspace))
        try tell(AuthorityCondition(workspace))
        try tell(KeyCondition(workspace))
        try tell(NoticeCondition(workspace))
        try tell(await FleetCondition(workspace, at: at, observer: observer))
        try tell(ClockCondition(workspace, at: at, scope))
        try tell(SpaceCondition(workspace))
        guard scope == .machine else { return count }
        let starters = Starters(of: workspace.configuration.path, root: root)
        try tell(starters)
        try tell(CredentialCondition(workspace, starters))
        try tell(GateCondition(workspace))
        for list in ServedList.all(of: workspace) { try tell(list) }
        return count
    }
}

/// There is no workspace to look at.
struct BrokenConfiguration: Condition {
    private let error: any Error

    init(_ error: any Error) { self.error = error }

    var findings: [Finding] {
        switch error {
        case let error as ConfigurationError:
            let mistakes = error.diagnostics.filter { $0.severity == .error }
            return mistakes.isEmpty
                ? [Finding("configuration", error.failure)]
                : mistakes.map { Finding("configuration", at: $0.place, $0.message, remedy: $0.help) }
        case let error as RotationError:
            return [Finding(error.code == .permission ? "permission" : "configuration", error)]
        default: return [Finding("configuration", at: "rotation.yaml", "\(error)", remedy: "correct the file")]
        }
    }
}

extension Finding {
    /// What an error says, at its place, or at another where it has none.
    init(_ code: String, _ error: RotationError, at place: String = "") {
        self.init(
            code, at: error.place.isEmpty ? place : error.place, error.message,
            remedy: error.advice.isEmpty ? "correct it" : error.advice)
    }
}
