import Fleet
import Foundation
import RotationModel
import RotationTesting
import System
import Testing

@testable import Intake
@testable import Job
@testable import Planning

@Suite("A refusal is recorded once")
struct RefusedOnceTests {
    /// As a run leaves it that dies after its commit: nothing can be moved to `rejected`.
    private func blocked() throws -> TestFleet {
        let fleet = try TestFleet(gate: true)
        try Files.makeFolder(fleet.folder["inbox/gate/submissions"], mode: 0o750)
        try fleet.add("d1")
        try fleet.load()
        try FileManager.default.removeItem(atPath: fleet.folder["inbox/rejected"])
        try fleet.folder.write("inbox/rejected", "in the way")
        return fleet
    }

    private func refusals(_ fleet: TestFleet) throws -> [String] {
        var found: [String] = []
        try fleet.inventory().audit { entry in
            if entry.action.hasSuffix("-refused") { found.append("\(entry.action) \(entry.device ?? "?")") }
        }
        return found
    }

    @Test(
        "Though the file lies there at the next runs",
        arguments: [
            ("inbox/csr/d1.csr", "csr-refused d1"), ("inbox/csr/nobody.csr", "csr-refused ?"),
            ("inbox/csr/no suffix", "csr-refused ?"), ("inbox/ack/d1.jws", "confirmation-refused d1"),
            ("inbox/ack/nobody.jws", "confirmation-refused ?"), ("inbox/gate/submissions/odd.json", "csr-refused ?"),
        ])
    func once(_ file: String, _ entry: String) async throws {
        let fleet = try blocked()
        try fleet.folder.write(file, "no such thing")
        for hour in 0..<3 {
            let outcome = try await fleet.run(at: TestFleet.now + .hours(Int64(hour)))
            #expect(outcome.intake.rejected.count == 1 && outcome.ending == .partial)
            #expect(try refusals(fleet) == [entry])
        }
        try FileManager.default.removeItem(atPath: fleet.folder["inbox/rejected"])
        #expect(try await fleet.run(at: TestFleet.now + .hours(3)).intake.obstacles == [])
        #expect(!Files.exists(fleet.folder[file]) && Files.isFolder(fleet.folder["inbox/rejected"]))
        #expect(try refusals(fleet) == [entry])
        // Handed in again it is another one.
        try fleet.folder.write(file, "no such thing")
        try await fleet.run(at: TestFleet.now + .hours(4))
        #expect(try refusals(fleet) == [entry, entry])
    }

    @Test("One that is written anew under the same name is another one, and one that becomes right is taken")
    func another() async throws {
        let fleet = try blocked()
        try fleet.folder.write("inbox/csr/d1.csr", "no such thing")
        try await fleet.run()
        try FileManager.default.removeItem(atPath: fleet.folder["inbox/csr/d1.csr"])
        try fleet.folder.write("inbox/csr/d1.csr", "nor is this one")
        try await fleet.run()
        #expect(try refusals(fleet).count == 2)
        try FileManager.default.removeItem(atPath: fleet.folder["inbox/csr/d1.csr"])
        try fleet.handIn("d1")
        #expect(try await fleet.run().lines == ["d1 issued"])
    }
}
