import Lifecycle
import RotationModel
import Testing

@testable import Fleet

@Suite("What judging a confirmation sees")
struct ConfirmationContextTests {
    @Test("A device that is unknown is told from one that has nothing to confirm")
    func nothing() throws {
        let workspace = try Workspace([FakeDevice("d")])
        try workspace.beginRun("r")
        let device = try workspace.planningDevice("d")
        try workspace.inventory.planningSnapshot { snapshot throws in
            #expect(try snapshot.confirmationContext(DeviceID(checked: "x")) == nil)
            let context = try #require(try snapshot.confirmationContext(device.id))
            #expect(context.deviceRow == device.row && context.rotation == nil)
        }
        _ = try workspace.inventory.recordRekey([.fake(device)], run: "r", at: Workspace.now)
        #expect(try workspace.confirmationContext("d").rotation == nil)
    }

    @Test("The rotation that waits comes with both certificates and the sequence numbers that carried the new one")
    func waiting() throws {
        let workspace = try Workspace([FakeDevice("d")])
        try workspace.beginRun("r")
        let device = try workspace.planningDevice("d")
        _ = try workspace.inventory.recordRekey([.fake(device)], run: "r", at: Workspace.now)
        let manifest = try workspace.issueOne(device, key: "k", serial: 1, run: "r")
        #expect(try workspace.confirmableRotation("d").state == .issued)
        try workspace.inventory.markPublished([manifest], run: "r", at: Workspace.now + .minutes(1))
        _ = try workspace.inventory.refreshManifests(
            expiringBefore: manifest.expires + .days(1), newExpiry: manifest.expires + .days(2), limit: 9, run: "r",
            at: Workspace.now)
        let rotation = try workspace.confirmableRotation("d")
        #expect(rotation.state == .delivered && rotation.deliveredAt == Workspace.now + .minutes(1))
        #expect(rotation.sequences == 2...3)
        #expect(rotation.replacement.der == manifest.certificateDER)
        #expect(rotation.replacement.status == .pendingActivation)
        #expect(rotation.replacement.notAfter == Timestamp(seconds: 99_000_000))
        #expect(rotation.replacedDER == FakeCertificate(name: "d").der)
        #expect(rotation.confirmation == nil && rotation.confirmedRun == nil && !rotation.isConfirmingRunInterrupted)
    }

    @Test(
        "A file that was left by a run that died or failed after its commit is told from a replay",
        arguments: [("completed", false), ("partial", false), ("failed", true), (RunRecord.interrupted, true)])
    func leftFile(outcome: String, isInterrupted: Bool) throws {
        let workspace = try Workspace([FakeDevice("d")])
        try workspace.beginRun("r")
        try workspace.deliver("d", run: "r")
        try workspace.confirm("d", run: "r")
        #expect(try !workspace.confirmableRotation("d").isConfirmingRunInterrupted)
        try workspace.inventory.endRun("r", outcome: outcome, counts: [:], at: Workspace.now)
        let rotation = try workspace.confirmableRotation("d")
        #expect(rotation.confirmation == fakeSHA256(Array("ack".utf8)))
        #expect(rotation.confirmedRun == "r" && rotation.confirmedAt == Workspace.now)
        #expect(rotation.isConfirmingRunInterrupted == isInterrupted)
    }

    @Test("Beside a rotation that has no replacement yet the last completed one is still known, with its numbers")
    func completed() throws {
        let workspace = try Workspace([FakeDevice("d")])
        try workspace.beginRun("r")
        try workspace.deliver("d", run: "r")
        try workspace.confirm("d", run: "r")
        let device = try workspace.planningDevice("d")
        let none = try workspace.inventory.complete([.fake(device, device.active[1])], run: "r", at: Workspace.now)
        #expect(none.map(\.sequence) == [2])
        let first = try workspace.confirmableRotation("d")
        #expect(first.state == .completed && first.sequences == 1...1)
        _ = try workspace.inventory.recordRekey(
            [.fake(workspace.planningDevice("d"))], run: "r", at: Workspace.now)
        #expect(try workspace.confirmableRotation("d").row == first.row)

        // What waits to be confirmed comes before what was.
        let manifest = try workspace.issueOne(workspace.planningDevice("d"), key: "k2", serial: 2, run: "r")
        let second = try workspace.confirmableRotation("d")
        #expect(second.row != first.row && second.state == .issued)
        #expect(second.sequences == manifest.sequence...manifest.sequence)
    }
}
