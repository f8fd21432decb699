import PKI
import Planning
import RotationModel
import RotationTesting
import Testing

@testable import Job

/// What the simulated fleet brought to light, in small.
@Suite("A device that lost the key of its replacement")
struct LostKeyTests {
    @Test("It gets another replacement for the key of its next CSR, and the first can no longer be confirmed")
    func another() async throws {
        let fleet = try TestFleet()
        try fleet.add("d1")
        try fleet.load()
        try fleet.handIn("d1")
        let first = try await fleet.run()
        #expect(first.lines == ["d1 issued"])

        let key = try fleet.handIn("d1")
        let second = try await fleet.run(at: TestFleet.now + .days(1))
        #expect(second.lines == ["d1 issued"], "\(second.results)")

        let pending = try fleet.certificates("d1", .pendingActivation)
        #expect(pending.map(\.publicKey) == [key.publicKey])
        #expect(try fleet.certificates("d1", .inactive).map(\.fingerprint) == [first.results[0].certificate])
        #expect(try fleet.manifest("d1").certificate.publicKey == key.publicKey)
    }
}
