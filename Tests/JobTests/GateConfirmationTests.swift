import Delivery
import Fleet
import Foundation
import Intake
import PKI
import RotationModel
import RotationTesting
import Testing

@testable import Job
@testable import Planning

@Suite("Confirmations that came through the gate")
struct GateConfirmationTests {
    private let now = TestFleet.now

    /// A fleet whose device d1 has its new certificate in its manifest.
    private func fleet(confirm: String = "ack") async throws -> (fleet: TestFleet, key: PrivateKey) {
        let fleet = try TestFleet(
            policies: policyFile([PolicyText(requests: "authenticated", confirm: confirm)]), gate: true)
        try fleet.add("d1")
        try fleet.add("d2", left: .days(70))
        try fleet.load()
        let key = try await fleet.submitRequest("d1")
        #expect(try await fleet.run().lines == ["d1 issued"])
        return (fleet, key)
    }

    private func acknowledgement(
        _ fleet: TestFleet, _ key: PrivateKey, at: Timestamp = TestFleet.now
    ) throws -> [UInt8] {
        try JWSSigner(key: key).sign(payload: fleet.acknowledgement("d1", at: at).payload, type: "rotation-ack")
    }

    @Test("One confirms, as the plan says, and asking again with the same is no mistake")
    func confirms() async throws {
        let (fleet, key) = try await fleet()
        let pending = try fleet.fingerprint("d1", .pendingActivation)
        let jws = try acknowledgement(fleet, key)
        try await fleet.submit(jws, of: "d1", kind: .ack, by: pending)
        try await fleet.submit(jws, of: "d1", kind: .ack)
        #expect(try await fleet.plan().inbox?.confirmations == 2, "which of the two is the first, nobody cares")
        let outcome = try await fleet.run()
        #expect(outcome.intake.confirmed == 1 && outcome.intake.rejected.isEmpty)
        #expect(try fleet.rotations("d1") == ["confirmed"])
        try await fleet.submit(jws, of: "d1", kind: .ack, by: pending)
        let again = try await fleet.run()
        #expect(again.intake.confirmed == 0 && again.intake.rejected.isEmpty && again.intake.known >= 1)
        #expect(try fleet.waitingSubmissions.isEmpty)
        #expect(try fleet.detail(of: "confirmed", "d1")?.contains(#""submission":"2026"#) == true)
    }

    @Test("A false one is refused as a file would be")
    func refused() async throws {
        let (fleet, key) = try await fleet()
        let pending = try fleet.fingerprint("d1", .pendingActivation)
        let foreign = try acknowledgement(fleet, PrivateKey.generate(.ecdsaP256))
        try await fleet.submit(foreign, of: "d1", kind: .ack, by: pending)
        #expect(try await fleet.plan().inbox?.refused.map(\.code) == ["foreign-key"])
        #expect(try await fleet.run().intake.rejected.map { "\($0.file) \($0.code)" } == ["d1.json foreign-key"])
        #expect(try fleet.rejection("d1").code == "foreign-key")
        try await fleet.submit(acknowledgement(fleet, key), of: "d2", kind: .ack)
        #expect(try await fleet.run().intake.rejected.map(\.code) == ["wrong-device"])
        try await fleet.submit(Array("{}".utf8), of: "d1", kind: .ack, by: pending)
        #expect(try await fleet.run().intake.rejected.map(\.code) == ["malformed"])
        #expect(try fleet.rotations("d1") == ["delivered"])
    }

    @Test("One that a run took in and had not removed when it died has no second effect")
    func readTwice() async throws {
        let (fleet, key) = try await fleet()
        try await fleet.submit(acknowledgement(fleet, key), of: "d1", kind: .ack)
        let name = try fleet.waitingSubmissions[0]
        let bytes = try fleet.folder.read("inbox/gate/submissions/\(name)")
        try await fleet.run()
        try fleet.folder.write("inbox/gate/submissions/\(name)", bytes)
        let outcome = try await fleet.run()
        #expect(outcome.intake.known == 1 && outcome.intake.confirmed == 0 && outcome.intake.rejected.isEmpty)
        #expect(try fleet.audit("d1").count { $0 == "confirmed" } == 1)
    }

    // MARK: A request that confirms

    @Test("A request by the new certificate confirms it where the policy says so, and the plan knows it")
    func byRequest() async throws {
        let (fleet, _) = try await fleet(confirm: "request")
        try await fleet.see("d1", by: fleet.fingerprint("d1", .pendingActivation))
        #expect(try await fleet.plan().inbox?.confirmations == 1)
        #expect(try fleet.rotations("d1") == ["delivered"], "a dry run confirms nothing")
        let outcome = try await fleet.run()
        #expect(outcome.intake.confirmed == 1 && outcome.intake.rejected.isEmpty)
        #expect(try fleet.rotations("d1") == ["confirmed"] && fleet.statuses("d1") == ["ACTIVE", "ACTIVE"])
        let detail = try #require(try fleet.detail(of: "confirmed", "d1"))
        #expect(detail.contains(#""proof":"request""#) && !detail.contains("acknowledgement"))
        #expect(try fleet.waitingNotes.isEmpty)
    }

    @Test("A CSR by the new certificate is taken in the run that confirms it")
    func requestAfter() async throws {
        let (fleet, _) = try await fleet(confirm: "request")
        let new = try fleet.fingerprint("d1", .pendingActivation)
        try await fleet.see("d1", by: new)
        try await fleet.submitRequest("d1", by: new)
        let plan = try #require(try await fleet.plan().inbox)
        #expect(plan.usable == 1 && plan.refused.isEmpty)
        let outcome = try await fleet.run()
        #expect(outcome.intake.confirmed == 1 && outcome.intake.taken == 1 && outcome.intake.rejected.isEmpty)
    }

    @Test(
        "Nothing else confirms: not the old certificate, and not where the policy wants a signature",
        arguments: ["request", "ack"])
    func notConfirmed(confirm: String) async throws {
        let (fleet, _) = try await fleet(confirm: confirm)
        try await fleet.see("d1", by: fleet.fingerprint("d1"))
        try await fleet.see("d2")
        if confirm == "ack" { try await fleet.see("d1", by: fleet.fingerprint("d1", .pendingActivation)) }
        #expect(try await fleet.plan().inbox?.confirmations == 0)
        #expect(try await fleet.run().intake.confirmed == 0)
        #expect(try fleet.rotations("d1") == ["delivered"])
    }

    @Test("A certificate that is revoked meanwhile is not confirmed by a request")
    func revoked() async throws {
        let (fleet, _) = try await fleet(confirm: "request")
        let new = try fleet.fingerprint("d1", .pendingActivation)
        try await fleet.see("d1", by: new)
        try fleet.setPolicies(
            policyFile([PolicyText(requests: "authenticated", confirm: "request")])
                + """
                revocations:
                  - name: stolen
                    certificates: { fingerprints: [\(new.hex)] }
                    reason: keyCompromise
                    mode: revoke-now

                """)
        #expect(try await fleet.plan().inbox?.confirmations == 0)
        let outcome = try await fleet.run()
        #expect(outcome.intake.confirmed == 0)
        #expect(try fleet.statuses("d1").sorted() == ["ACTIVE", "REVOKED"])
    }

    @Test("A device that confirms after its request had confirmed is told nothing, and a stranger who does is refused")
    func both() async throws {
        let (fleet, key) = try await fleet(confirm: "request")
        let jws = try acknowledgement(fleet, key)
        let foreign = try acknowledgement(fleet, PrivateKey.generate(.ecdsaP256))
        try await fleet.see("d1", by: fleet.fingerprint("d1", .pendingActivation))
        try await fleet.run()
        try fleet.putConfirmation("d1.jws", jws)
        let outcome = try await fleet.run()
        #expect(outcome.intake.known == 1 && outcome.intake.rejected.isEmpty && outcome.intake.confirmed == 0)
        try fleet.putConfirmation("d1.jws", foreign)
        #expect(try await fleet.run().intake.rejected.map(\.code) == ["foreign-key"])
    }

    @Test("Both in one run confirm once")
    func together() async throws {
        let (fleet, key) = try await fleet(confirm: "request")
        try fleet.confirm("d1", key)
        try await fleet.see("d1", by: fleet.fingerprint("d1", .pendingActivation))
        #expect(try await fleet.plan().inbox?.confirmations == 1)
        let outcome = try await fleet.run()
        #expect(outcome.intake.confirmed == 1 && outcome.intake.rejected.isEmpty)
        #expect(try fleet.audit("d1").count { $0 == "confirmed" } == 1)
    }
}
