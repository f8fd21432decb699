import Fleet
import Foundation
import PKI
import Planning
import RotationModel
import RotationTesting
import System
import Testing

@testable import Job

@Suite("Backups of the inventory")
struct BackupTests {
    private func fleet() async throws -> (TestFleet, InventoryBackup, String) {
        let fleet = try TestFleet()
        for number in 1...20 { try fleet.add("d\(number)") }
        try fleet.load()
        for number in 1...20 { try fleet.handIn("d\(number)") }
        return (
            fleet, InventoryBackup(fleet.workspace, clock: FixedClock(TestFleet.now)), fleet.folder["copy.sqlite"]
        )
    }

    @Test("One is whole, of mode 0600 like its note, and says how far its audit goes")
    func made() async throws {
        let (fleet, backup, path) = try await fleet()
        let note = try backup.make(at: path, overwrites: false)
        let anchor = try fleet.inventory().auditAnchor()
        #expect(note.entries == anchor.entries && note.hash == anchor.hash && note.made == TestFleet.now)
        #expect(try backup.verify(path) == note)
        #expect(note.sha256 == SHA256.digest(try fleet.folder.read("copy.sqlite")))
        for name in ["copy.sqlite", "copy.sqlite.json"] {
            #expect(FileIdentity.following(fleet.folder[name])?.mode == 0o600)
        }
        let left = try FileManager.default.contentsOfDirectory(atPath: fleet.folder.path)
        #expect(left.filter { $0.contains("copy") }.sorted() == ["copy.sqlite", "copy.sqlite.json"])
    }

    @Test("One that is made while a run works is of one moment, and holds the run up by nothing")
    func duringRun() async throws {
        let (fleet, backup, path) = try await fleet()
        let observer = MeanwhileObserver(stage: .issue) { _ = try backup.make(at: path, overwrites: true) }
        let outcome = try await JobRun(
            fleet.workspace, at: TestFleet.now, actor: "test", clock: FixedClock(TestFleet.now), observer: observer
        ).perform()
        #expect(outcome.count(.issued) == 20)
        let note = try backup.verify(path)
        #expect(note.entries < (try fleet.inventory().auditAnchor().entries))
        #expect(try fleet.inventory().auditHash(ofEntry: note.entries) == note.hash)
    }

    @Test(
        "Where its folder is missing, that folder is named with the command that makes it, and nothing is left behind")
    func missingFolder() async throws {
        let (fleet, backup, _) = try await fleet()
        let error = try #require(throws: RotationError.self) {
            try backup.make(at: fleet.folder["away/copy.sqlite"], overwrites: false)
        }
        #expect(
            error.place == fleet.folder["away"] && error.advice == "make it first: mkdir -p \(fleet.folder["away"])")
        #expect(!error.message.contains(".new") && !Files.exists(fleet.folder["away"]))
    }

    @Test("Nothing is written over, unless that is asked for")
    func overwriting() async throws {
        let (fleet, backup, path) = try await fleet()
        let first = try backup.make(at: path, overwrites: false)
        #expect(throws: RotationError.self) { try backup.make(at: path, overwrites: false) }
        try FileManager.default.removeItem(atPath: path)
        #expect(throws: RotationError.self) { try backup.make(at: path, overwrites: false) }
        try await fleet.run()
        let second = try backup.make(at: path, overwrites: true)
        #expect(try backup.verify(path) == second)
        #expect(second.entries > first.entries)
    }

    @Test(
        "What is not as it was written is told", arguments: ["a byte", "cut", "another's note", "no note", "no backup"])
    func damaged(how: String) async throws {
        let (fleet, backup, path) = try await fleet()
        _ = try backup.make(at: path, overwrites: false)
        var bytes = try fleet.folder.read("copy.sqlite")
        switch how {
        case "a byte":
            bytes[bytes.count / 2] ^= 1
            try fleet.folder.write("copy.sqlite", bytes)
        case "cut": try fleet.folder.write("copy.sqlite", Array(bytes.dropLast(4096)))
        case "another's note":
            try await fleet.run()
            _ = try backup.make(at: fleet.folder["other.sqlite"], overwrites: false)
            try fleet.folder.write("copy.sqlite.json", try fleet.folder.read("other.sqlite.json"))
        case "no note": try FileManager.default.removeItem(atPath: path + ".json")
        default: try FileManager.default.removeItem(atPath: path)
        }
        let error = #expect(throws: RotationError.self) { try backup.verify(path) }
        #expect(error?.code.exitStatus == 1 && error?.place.contains("copy.sqlite") == true)
    }
}
