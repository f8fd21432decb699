import Foundation
import RotationModel
import Testing

@testable import Fleet

@Suite("Two spellings of a letter")
struct SpellingTests {
    private let composed = "\u{E9}"
    private let decomposed = "e\u{301}"

    @Test("Accounts and labels that differ in bytes alone stay two, and are exported as they came")
    func stayApart() throws {
        let workspace = try Workspace([
            FakeDevice(
                "d1", account: composed, labels: ["site": composed],
                certificates: [("ACTIVE", FakeCertificate(name: "a"))]),
            FakeDevice(
                "d2", account: decomposed, labels: ["site": decomposed],
                certificates: [("ACTIVE", FakeCertificate(name: "b"))]),
        ])
        for (device, spelling) in [("d1", composed), ("d2", decomposed)] {
            let listing = try workspace.show(device).listing
            #expect(Array(listing.account.text.utf8) == Array(spelling.utf8))
            #expect(Array((listing.labels["site"] ?? "").utf8) == Array(spelling.utf8))
        }
        #expect(try workspace.inventory.summary(at: Workspace.now).accounts == 2)
    }

    @Test("A device whose account changes its spelling has moved")
    func moves() throws {
        let certificates = [("ACTIVE", FakeCertificate(name: "a"))]
        let workspace = try Workspace([FakeDevice("d1", account: composed, certificates: certificates)])
        let (summary, _) = try workspace.importText(
            FakeDevice("d1", account: decomposed, certificates: certificates).ndjson)
        #expect(summary.devices.updated == 1)
        #expect(try Array(workspace.show("d1").listing.account.text.utf8) == Array(decomposed.utf8))
    }
}
