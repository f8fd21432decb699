import Fleet
import Issuing
import LocatedYAML
import Planning
import RotationModel

/// Reads `rotation.yaml`. What is wrong is reported to the file's log, and reading goes on.
struct ConfigurationReader {
    private let path: String
    private let root: String

    /// - Parameter path: absolute.
    init(path: String) {
        self.path = path
        root = WorkspacePath.folder(of: path)
    }

    /// Nil, and reported, where a part that is needed is wrong.
    func read(_ value: LocatedValue) -> WorkspaceConfiguration? {
        value.mapping("the file") { top -> WorkspaceConfiguration? in
            if let version = top.required("version", like: "1"), let text = version.text("1"), text != "1" {
                version.report("version \(text) of the format is not known", help: "this program reads version 1")
            }
            let inventory =
                top.optional("inventory").map(inventory) ?? self.path("fleet.sqlite").map(InventoryLocation.sqlite)
            let policies = top.optional("policies").map(policies) ?? [WorkspacePath.resolve("policies", from: root)]
            let inboxReader = InboxReader(root: root)
            let inbox = top.optional("inbox").map { inboxReader.read($0) } ?? inboxReader.standard
            let delivery = folder(top, "delivery")
            let reports = folder(top, "reports")
            let authorities = top.optional("authorities").map(AuthorityReader(root: root).read) ?? []
            let manifests = top.optional("manifests")
            let manifestConfiguration = manifests.flatMap(self.manifests)
            let limits = top.optional("limits").map(self.limits) ?? RunLimits()
            let gate = top.optional("gate").flatMap(GateReader(root: root).read)
            let notices = top.optional("notify").map(NoticesReader(root: root).read) ?? []
            let metricsFile = top.optional("metrics").flatMap(metricsFile)
            guard let inventory, let policies, let inbox, let delivery, let reports else { return nil }
            return WorkspaceConfiguration(
                path: path, root: root, inventory: inventory, policies: policies, inbox: inbox, delivery: delivery,
                reports: reports, authorities: authorities, manifests: manifestConfiguration, limits: limits,
                gate: gate, metricsFile: metricsFile, notices: notices)
        } ?? nil
    }

    // MARK: Places

    private func path(_ text: String) -> String? { WorkspacePath.resolve(text, from: root) }

    private func path(_ value: LocatedValue, _ expected: String) -> String? {
        value.line(expected, longest: 4096).flatMap(path)
    }

    private func folder(_ top: MappingReader, _ key: String) -> String? {
        top.optional(key).map { path($0, "a folder") } ?? path(key)
    }

    private func inventory(_ value: LocatedValue) -> InventoryLocation? {
        InventoryReader(root: root).read(value)
    }

    private func metricsFile(_ value: LocatedValue) -> String? {
        value.mapping("`metrics`") { reader in
            let example = "/var/lib/prometheus/node-exporter/rotation.prom"
            guard let value = reader.required("textfile", like: example),
                let file = path(value, "a file such as \(example)")
            else { return nil }
            // The collector reads no other files, and says nothing of those.
            guard file.hasSuffix(".prom") else {
                value.report(
                    "`\(file)` does not end in .prom", help: "node_exporter reads *.prom alone: write \(example)")
                return nil
            }
            return file
        } ?? nil
    }

    private func policies(_ value: LocatedValue) -> [String]? {
        value.oneOrMore("a folder such as policies").map { $0.compactMap { path($0, "a folder or a file") } }
    }

    // MARK: Manifests, limits

    private func manifests(_ value: LocatedValue) -> ManifestConfiguration? {
        value.mapping("`manifests`") { reader -> ManifestConfiguration? in
            let key = reader.required("key", like: "{ file: authorities/manifest.key }").flatMap(
                KeyReader(root: root).read)
            let validity =
                reader.optional("validity").map { $0.positiveTimeSpan() } ?? ManifestConfiguration.defaultValidity
            guard let key, let validity else { return nil }
            return ManifestConfiguration(key: key, validity: validity)
        } ?? nil
    }

    private func limits(_ value: LocatedValue) -> RunLimits {
        let standard = RunLimits()
        let most = 1_000_000_000
        return value.mapping("`limits`") { reader in
            RunLimits(
                revoke: reader.optional("revoke")?.share() ?? standard.revoke,
                issue: reader.optional("issue")?.integer(in: 1...most) ?? standard.issue,
                issuePerMinute: reader.optional("issuePerMinute")?.integer(in: 1...most) ?? standard.issuePerMinute,
                clockJump: reader.optional("clockJump")?.timeSpan(from: .hours(1), to: .days(3650))
                    ?? standard.clockJump)
        } ?? standard
    }
}
