import RotationModel
import System

/// What starts the job on this machine: systemd's timers and cron's entries that name the workspace's configuration.
struct Starters: Condition {
    struct Service: Equatable {
        /// `rotation-job.service`
        let name: String
        /// The unit with its drop-ins.
        let text: String
        /// Whether its timer is there, and enabled.
        let hasTimer: Bool
        let isEnabled: Bool

        var timer: String { "\(name.prefix { $0 != "." }).timer" }
    }

    let configuration: String
    let services: [Service]
    /// Files of cron with an entry.
    let crontabs: [String]

    var findings: [Finding] {
        let enabled = services.filter(\.isEnabled)
        let heeded = crontabs.filter(Starters.isHeeded)
        var found = crontabs.filter { !Starters.isHeeded($0) }.map {
            Finding(
                "cron-ignored", at: $0, "cron passes files over whose names have a dot",
                remedy: "mv \($0) \(Starters.withoutDots($0))")
        }
        if let service = enabled.first, let crontab = heeded.first {
            found.append(
                Finding(
                    "started-twice", at: crontab, "cron starts the job, and \(service.timer) does too",
                    remedy: "keep one: rm \(crontab), or systemctl disable --now \(service.timer)"))
        }
        guard enabled.isEmpty, heeded.isEmpty else { return found }
        if let service = services.first(where: \.hasTimer) {
            found.append(
                Finding(
                    "timer-disabled", at: service.timer, "it is installed and not enabled: nothing starts the job",
                    remedy: "systemctl enable --now \(service.timer)"))
        } else {
            found.append(
                Finding(
                    "not-started", at: configuration, "no timer and no entry of cron names it: nothing starts the job",
                    remedy:
                        "install rotation-job.timer, or cron's entry, for this configuration: cron/INSTALL.md (`rotation-job doctor --workspace-only` does not look for it)"
                ))
        }
        return found
    }

    private static func withoutDots(_ path: String) -> String {
        let name = path.split(separator: "/").last ?? ""
        return path.dropLast(name.count) + name.split(separator: ".").joined(separator: "-")
    }

    /// By cron(8), of a file in /etc/cron.d.
    private static func isHeeded(_ path: String) -> Bool {
        !path.contains("/cron.d/") || !(path.split(separator: "/").last ?? "").contains(".")
    }
}

extension Starters {
    private static let unitFolders = [
        "/etc/systemd/system", "/run/systemd/system", "/usr/local/lib/systemd/system", "/usr/lib/systemd/system",
        "/lib/systemd/system",
    ]
    private static let wanted = "/etc/systemd/system/timers.target.wants"
    private static let crontab = "/etc/crontab"
    private static let crontabFolder = "/etc/cron.d"
    /// Longer ones are no units.
    private static let largest = 1 << 16

    /// Looks.
    ///
    /// - Parameter root: what the machine's paths start from.
    init(of configuration: String, root: String) {
        self.configuration = configuration
        let enabled = Set(Starters.names(in: root + Starters.wanted))
        var services: [String: Service] = [:]
        for folder in Starters.unitFolders.map({ root + $0 }) {
            let names = Set(Starters.names(in: folder))
            for name in names.sorted() where name.hasSuffix(".service") && services[name] == nil {
                guard let text = Starters.text("\(folder)/\(name)"), Starters.starts(text, configuration) else {
                    continue
                }
                let timer = "\(name.dropLast(".service".count)).timer"
                services[name] = Service(
                    name: name, text: text + Starters.dropIns(of: name, root: root),
                    hasTimer: names.contains(timer) || FileAccess.exists("\(root)/etc/systemd/system/\(timer)"),
                    isEnabled: enabled.contains(timer))
            }
        }
        self.services = services.values.sorted { $0.name < $1.name }
        let folder = root + Starters.crontabFolder
        crontabs = ([root + Starters.crontab] + Starters.names(in: folder).sorted().map { "\(folder)/\($0)" }).filter {
            Starters.text($0).map { Starters.starts($0, configuration) } ?? false
        }
    }

    /// Whether a line that is no comment starts a run by this configuration.
    private static func starts(_ text: String, _ configuration: String) -> Bool {
        text.split(separator: "\n").contains { line in
            let words = line.split { $0 == " " || $0 == "\t" || $0 == "=" }
            return words.first?.hasPrefix("#") == false && words.contains { $0.hasSuffix("rotation-job") }
                && words.contains("run") && words.contains { $0 == configuration }
        }
    }

    private static func dropIns(of unit: String, root: String) -> String {
        let folder = "\(root)/etc/systemd/system/\(unit).d"
        return names(in: folder).sorted().compactMap { text("\(folder)/\($0)") }.map { "\n" + $0 }.joined()
    }

    private static func names(in folder: String) -> [String] { (try? FolderListing.names(in: folder)) ?? [] }

    private static func text(_ path: String) -> String? {
        (try? OpenFile(reading: path).bytes(atMost: largest)).map { String(decoding: $0, as: UTF8.self) }
    }
}
