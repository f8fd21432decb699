import Foundation
import RotationModel
import RotationTesting
import Testing

@testable import Job
@testable import System

@Suite("What doctor says of the machine")
struct MachineConditionTests {
    private func codes(_ condition: some Condition) -> [String] { condition.findings.map(\.code) }

    // MARK: What starts the job

    /// Files below a folder that stands for the machine's root.
    private func starters(_ files: [String: String]) throws -> (Starters, TemporaryFolder) {
        let folder = try TemporaryFolder()
        for (name, text) in files { try folder.write(name, text) }
        return (Starters(of: "/srv/fleet/rotation.yaml", root: folder.path), folder)
    }

    private static let service = """
        [Service]
        ExecStart=/usr/bin/rotation-job run --config /srv/fleet/rotation.yaml
        LoadCredential=ca.key:/etc/ca.key
        """
    private static let entry = "17 * * * * rotation-job /usr/bin/rotation-job run --config /srv/fleet/rotation.yaml\n"
    private static let wanted = "etc/systemd/system/timers.target.wants/fleet.timer"

    @Test(
        "Nothing is said where an enabled timer or an entry of cron names the configuration",
        arguments: [
            ["usr/lib/systemd/system/fleet.service": service, "usr/lib/systemd/system/fleet.timer": "", wanted: ""],
            ["etc/systemd/system/fleet.service": service, "etc/systemd/system/fleet.timer": "", wanted: ""],
            ["etc/cron.d/fleet": entry], ["etc/crontab": entry],
            // Another fleet's timer may be off.
            [
                "etc/cron.d/fleet": entry, "usr/lib/systemd/system/other.timer": "",
                "usr/lib/systemd/system/other.service": service.replacing("/srv/fleet", with: "/srv/other"),
            ],
        ])
    func started(files: [String: String]) throws {
        let (starters, folder) = try starters(files)
        #expect(codes(starters) == [])
        withExtendedLifetime(folder) {}
    }

    @Test(
        "A timer that is off, none at all, two starters, and a name that cron passes over are findings",
        arguments: [
            (
                ["usr/lib/systemd/system/fleet.service": service, "usr/lib/systemd/system/fleet.timer": ""],
                ["timer-disabled"]
            ),
            ([:], ["not-started"]),
            (["usr/lib/systemd/system/fleet.service": service, wanted: ""], []),
            (["usr/lib/systemd/system/fleet.service": service], ["not-started"]),
            (["etc/cron.d/fleet": "# \(entry)"], ["not-started"]),
            (["etc/cron.d/fleet.cron": entry], ["cron-ignored", "not-started"]),
            (
                [
                    "usr/lib/systemd/system/fleet.service": service, "usr/lib/systemd/system/fleet.timer": "",
                    wanted: "",
                    "etc/cron.d/fleet": entry,
                ], ["started-twice"]
            ),
        ] as [([String: String], [String])])
    func notStarted(files: [String: String], expected: [String]) throws {
        let (starters, folder) = try starters(files)
        #expect(codes(starters) == expected)
        withExtendedLifetime(folder) {}
    }

    @Test("The command that enables a timer names it")
    func timerRemedy() throws {
        let (starters, folder) = try starters([
            "usr/lib/systemd/system/fleet.service": Self.service, "usr/lib/systemd/system/fleet.timer": "",
        ])
        #expect(starters.findings.first?.remedy == "systemctl enable --now fleet.timer")
        withExtendedLifetime(folder) {}
    }

    @Test("The command that renames an entry of cron takes the dots out of its name alone")
    func cronRemedy() throws {
        let (starters, folder) = try starters(["etc/cron.d/fleet.cron": Self.entry])
        let path = folder["etc/cron.d/fleet"]
        #expect(starters.findings.first?.remedy == "mv \(path).cron \(path)-cron")
        withExtendedLifetime(folder) {}
    }

    // MARK: Credentials

    @Test("A drop-in's credential counts, and of several lines the last")
    func credentialSource() throws {
        let (starters, folder) = try starters([
            "usr/lib/systemd/system/fleet.service": Self.service, "usr/lib/systemd/system/fleet.timer": "",
            "etc/systemd/system/fleet.service.d/keys.conf":
                "[Service]\nLoadCredentialEncrypted=ca.key:/etc/other.cred\n",
        ])
        let text = try #require(starters.services.first?.text)
        #expect(CredentialCondition.source(of: "ca.key", in: text) == "/etc/other.cred")
        #expect(CredentialCondition.source(of: "ca", in: text) == nil)
        withExtendedLifetime(folder) {}
    }

    @Test(
        "A key that no unit hands over, and one whose file is not there, are findings; other files are no credentials")
    func credentials() throws {
        let loaded = CredentialCondition.Credential(
            unit: "fleet.service", name: "ca.key", isLoaded: true, missingFile: nil)
        #expect(codes(CredentialCondition(credentials: [loaded])) == [])
        let lost = CredentialCondition.Credential(
            unit: "fleet.service", name: "ca.key", isLoaded: false, missingFile: nil)
        let empty = CredentialCondition.Credential(
            unit: "fleet.service", name: "ca.key", isLoaded: true, missingFile: "/etc/ca.key")
        #expect(codes(CredentialCondition(credentials: [lost, empty])) == ["credential", "credential-file"])
        #expect(SystemdCredential(path: "/run/credentials/fleet.service/ca.key")?.name == "ca.key")
        #expect(SystemdCredential(path: "/srv/run/credentials/ca.key") == nil)
    }

    // MARK: Clock and disks

    @Test("A clock that nothing sets is a finding, and one that the kernel does not speak of is none")
    func clock() {
        #expect(codes(ClockCondition(jump: nil, isSynchronized: true)) == [])
        #expect(codes(ClockCondition(jump: nil, isSynchronized: nil)) == [])
        #expect(codes(ClockCondition(jump: nil, isSynchronized: false)) == ["clock-unsynchronized"])
    }

    @Test(
        "A disk wants what a run may write, and room for its files",
        arguments: [
            (FreeSpace(bytes: 300 << 20, files: nil), []), (FreeSpace(bytes: 300 << 20, files: 10_000), []),
            (FreeSpace(bytes: (256 << 20) - 1, files: nil), ["disk-space"]),
            (FreeSpace(bytes: 300 << 20, files: 9_999), ["disk-files"]),
        ])
    func disks(free: FreeSpace, expected: [String]) {
        let disk = SpaceCondition.Disk(path: "/srv", free: free, wanted: SpaceCondition.least)
        #expect(codes(SpaceCondition(disks: [disk])) == expected)
    }

    @Test("What a file system has left is read from it")
    func freeSpace() throws {
        let folder = try TemporaryFolder()
        let free = try #require(FreeSpace(at: folder.path))
        let told = try FileManager.default.attributesOfFileSystem(forPath: folder.path)
        let bytes = try #require(told[.systemFreeSize] as? Int64)
        // Others write meanwhile, and a share is kept for root.
        #expect(free.bytes > 0 && free.bytes < bytes + (1 << 30))
        #expect(FreeSpace(at: folder["nowhere"]) == nil)
    }

    // MARK: The network

    @Test(
        "A list that is served as published, or newer, is none; an older one, something else and nothing are findings",
        arguments: [
            (ServedList.Served.number(7), []), (.number(8), []), (.number(6), ["crl-old"]),
            (.number(nil), ["crl-not-served"]), (.nothing("timed out"), ["crl-not-served"]), (.unable, ["no-curl"]),
        ])
    func lists(served: ServedList.Served, expected: [String]) {
        let list = ServedList(url: "http://crl.example.com/a.crl", file: "/srv/a.crl", published: 7, served: served)
        #expect(codes(list) == expected)
    }

    @Test(
        "A gate that is well is none; one that is not, and one that is silent, are findings",
        arguments: [
            (GateCondition.Answer.healthy, []), (.unhealthy("503"), ["gate-unhealthy"]),
            (.silent("refused"), ["gate-unreachable"]), (.unable, ["no-curl"]),
        ])
    func gate(answer: GateCondition.Answer, expected: [String]) {
        #expect(codes(GateCondition(place: "local.sock", answer: answer)) == expected)
        #expect(codes(GateCondition(place: nil, answer: answer)) == [])
    }
}
