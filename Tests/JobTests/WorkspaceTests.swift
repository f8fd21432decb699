import Delivery
import Fleet
import Foundation
import PKI
import Policy
import RotationModel
import RotationTesting
import Testing

@testable import Job
@testable import System

@Suite("The workspace")
struct WorkspaceTests {
    // MARK: The lock

    @Test("One holds the lock at a time, and it is free when the holder is gone")
    func lock() async throws {
        let fleet = try TestFleet()
        let configuration = fleet.workspace.configuration
        do {
            let held = try FileLock(for: configuration)
            let error = try #require(throws: RotationError.self) {
                let second = try FileLock(for: configuration)
                withExtendedLifetime(second) {}
            }
            #expect(error.code == .locked)
            #expect(error.message.contains("process \(getpid())"))
            #expect(error.place == configuration.inventory.text + ".lock")
            withExtendedLifetime(held) {}
        }
        do {
            let again = try FileLock(for: configuration)
            withExtendedLifetime(again) {}
        }
        #expect(try await fleet.run().ending == .completed)
    }

    @Test("It is free when the holder is gone, though a process that is being started has a copy of the descriptor")
    func copiedLock() throws {
        let fleet = try TestFleet()
        let configuration = fleet.workspace.configuration
        let copy: Int32
        do {
            let held = try FileLock(for: configuration)
            copy = dup(held.descriptor)
        }
        defer { close(copy) }
        let again = try FileLock(for: configuration)
        withExtendedLifetime((again.descriptor, fleet)) {}
    }

    @Test("Neither a run nor an import starts while another holds it; a dry run does")
    func lockedOut() async throws {
        let fleet = try TestFleet()
        try fleet.add("d1")
        try fleet.load()
        let held = try FileLock(for: fleet.workspace.configuration)
        let run = try await #require(throws: RotationError.self) { try await fleet.run() }
        #expect(run.code == .locked)
        #expect(try fleet.inventory().recentRuns(limit: 1) == [])
        #expect(try #require(throws: RotationError.self) { try fleet.load() }.code == .locked)
        #expect(try await fleet.plan().lines == ["d1 request-csr expiring"])
        withExtendedLifetime(held) {}
    }

    @Test("A lock file that is a link is not followed")
    func lockLink() throws {
        let fleet = try TestFleet()
        try FileManager.default.createSymbolicLink(
            atPath: fleet.workspace.configuration.inventory.text + ".lock",
            withDestinationPath: fleet.folder["elsewhere"])
        let error = try #require(throws: RotationError.self) {
            let lock = try FileLock(for: fleet.workspace.configuration)
            withExtendedLifetime(lock) {}
        }
        #expect(error.code == .io)
        #expect(!Files.exists(fleet.folder["elsewhere"]))
    }

    // MARK: A new one

    private func mode(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return try #require(attributes[.posixPermissions] as? Int)
    }

    @Test("A new workspace has its folders and files, each with the right mode", arguments: [true, false])
    func make(_ withAuthority: Bool) async throws {
        let folder = try TemporaryFolder()
        let root = folder["new/place"]
        let items = try WorkspaceMaker(at: root + "/", clock: FixedClock(TestFleet.now)).make(
            withAuthority: withAuthority)
        #expect(items.allSatisfy { $0.isNew })
        var modes = [
            "": 0o750, "policies/": 0o755, "inbox/": 0o750, "inbox/csr/": 0o770, "inbox/ack/": 0o770,
            "inbox/rejected/": 0o750, "delivery/": 0o755, "reports/": 0o750, "policies/starter.yaml.example": 0o644,
            "policies/policy.schema.json": 0o644, "rotation.yaml": 0o640,
        ]
        if withAuthority {
            modes["authorities/ca-1.pem"] = 0o644
            modes["authorities/ca-1.key"] = 0o600
            modes["authorities/manifest.key"] = 0o600
            #expect(try mode("\(root)/authorities") == 0o700)
        }
        for (path, expected) in modes { #expect(try mode("\(root)/\(path)") == expected, "\(path)") }
        #expect(Set(items.map(\.path)) == Set(modes.keys).subtracting([""]).union(["fleet.sqlite"]))
        #expect(Files.exists("\(root)/authorities") == withAuthority)
        // What it made is a workspace: it plans, and with an authority it runs.
        let workspace = try Workspace(configuredBy: "\(root)/rotation.yaml")
        #expect(try await DryRun(workspace, at: TestFleet.now).plan().lines == [])
        if withAuthority {
            let example = try folder.read("new/place/policies/starter.yaml.example")
            try folder.write("new/place/policies/starter.yaml", example)
            #expect(
                String(decoding: example, as: UTF8.self).hasPrefix(
                    "# yaml-language-server: $schema=policy.schema.json\n"))
            let checked = try workspace.checkPolicies([], at: nil)
            #expect(checked.diagnostics.isEmpty)
            let results = try #require(checked.set).runTests()
            #expect(results.count == 4 && results.allSatisfy(\.passed))
            let run = JobRun(workspace, at: TestFleet.now, actor: "test", clock: FixedClock(TestFleet.now))
            #expect(try await run.perform().ending == .completed)
        }
    }

    @Test("What is there is never overwritten")
    func neverOverwrites() throws {
        let folder = try TemporaryFolder()
        let maker = WorkspaceMaker(at: folder.path, clock: FixedClock(TestFleet.now))
        _ = try maker.make(withAuthority: true)
        let names = ["rotation.yaml", "authorities/ca-1.key", "authorities/ca-1.pem", "authorities/manifest.key"]
        try folder.write("policies/starter.yaml.example", "mine")
        let before = try names.map { try folder.read($0) }
        #expect(try maker.make(withAuthority: true).filter(\.isNew).map(\.path) == [])
        #expect(try names.map { try folder.read($0) } == before)
        #expect(try folder.read("policies/starter.yaml.example") == Array("mine".utf8))
    }

    @Test("A certificate without its key, or a key without its certificate, is left alone", arguments: ["pem", "key"])
    func halfAuthority(_ suffix: String) throws {
        let folder = try TemporaryFolder()
        try folder.write("authorities/ca-1.\(suffix)", "mine")
        let items = try WorkspaceMaker(at: folder.path).make(withAuthority: true)
        #expect(!Files.exists(folder["authorities/ca-1.\(suffix == "pem" ? "key" : "pem")"]))
        #expect(try folder.read("authorities/ca-1.\(suffix)") == Array("mine".utf8))
        #expect(items.filter { $0.path.hasPrefix("authorities/ca-1") }.allSatisfy { !$0.isNew })
        #expect(items.first { $0.path == "authorities/manifest.key" }?.isNew == true)
    }

    @Test("The authority that comes with a new workspace may sign for ten years, and its key is its own")
    func authority() throws {
        let folder = try TemporaryFolder()
        _ = try WorkspaceMaker(at: folder.path, clock: FixedClock(TestFleet.now)).make(withAuthority: true)
        let certificate = try Certificate(reading: folder.read("authorities/ca-1.pem"))
        let key = try PrivateKey.load(path: folder["authorities/ca-1.key"])
        #expect(throws: Never.self) { try Authority(name: "fleet-ca-1", certificate: certificate, key: key) }
        #expect(certificate.notBefore == TestFleet.now - .days(1))
        #expect(certificate.notAfter == TestFleet.now + .days(3650))
    }

    // MARK: Policies

    @Test("Policy mistakes are told all at once, and stop plan and run")
    func mistakes() async throws {
        let fleet = try TestFleet(
            policies: policyFile([PolicyText(match: "{ lable: { a: b } }")], [ProfileText(authority: "nowhere")]))
        let planned = try await #require(throws: PolicyMistakes.self) { _ = try await fleet.plan() }
        #expect(planned.diagnostics.count == 2)
        await #expect(throws: PolicyMistakes.self) { try await fleet.run() }
        let checked = try fleet.workspace.checkPolicies([], at: nil)
        #expect((checked.diagnostics.count, checked.files, checked.set == nil) == (2, 1, true))
        // Without a workspace nobody knows which authorities there are.
        let alone = try Workspace.checkLonePolicies([fleet.folder["policies/policy.yaml"]])
        #expect(alone.diagnostics.count == 1)
    }
}
