import Delivery
import Fleet
import PKI
import Policy
import RotationModel
import RotationTesting
import Testing

@testable import Intake
@testable import Job
@testable import Planning

/// Whoever can write the inbox, but has no device's key, must not have a certificate issued in a device's name.
@Suite("CSRs that their device signed")
struct SignedRequestTests {
    private let now = TestFleet.now
    private static let strict = policyFile([PolicyText(requests: "authenticated")])

    private func fleet(_ policies: String = strict, left: TimeSpan = .days(10)) throws -> TestFleet {
        let fleet = try TestFleet(policies: policies)
        try fleet.add("d1", left: left)
        try fleet.add("d2", left: .days(70))
        return try fleet.load()
    }

    @Test(
        "One is taken where the policy takes no others, and one that is planted unsigned is refused",
        arguments: [true, false])
    func authenticated(isPlantedFirst: Bool) async throws {
        let fleet = try fleet()
        if isPlantedFirst {
            try fleet.handIn("d1")
            #expect(try await fleet.run().intake.rejected.map(\.code) == ["unauthenticated"])
        }
        let key = try fleet.handInSigned("d1")
        try fleet.handIn("d1")
        #expect(try await fleet.plan().lines.contains("d1 issue expiring"))
        let outcome = try await fleet.run()
        #expect(outcome.lines == ["d1 issued"] && outcome.intake.rejected.map(\.code) == ["unauthenticated"])
        #expect(try fleet.manifest("d1").certificate.publicKey == key.publicKey)
    }

    @Test("Keys of every kind sign", arguments: [KeyAlgorithm.ecdsaP256, .ecdsaP384, .ecdsaP521, .rsa(bits: 2048)])
    func kinds(algorithm: KeyAlgorithm) async throws {
        let fleet = try TestFleet(policies: Self.strict)
        try fleet.add("d1", algorithm: algorithm)
        try fleet.load().handInSigned("d1")
        #expect(try await fleet.run().lines == ["d1 issued"])
    }

    struct False: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let code: String
        let handIn: @Sendable (TestFleet) throws -> Void
    }

    static let falseRequests = [
        False(testDescription: "signed by nobody's key", code: "foreign-key") {
            try $0.handInSigned("d1", by: .generate(.ecdsaP256))
        },
        False(testDescription: "signed by another device's key", code: "foreign-key") {
            try $0.handInSigned("d1", by: $0.keys["d2"])
        },
        False(testDescription: "signed by the new key itself", code: "foreign-key") {
            let key = try PrivateKey.generate(.ecdsaP256)
            try $0.handInSigned("d1", key: key, by: key)
        },
        False(testDescription: "of another device, under this one's name", code: "wrong-device") {
            try $0.handInSigned("d1", payloadDevice: "d2")
        },
        False(testDescription: "a confirmation's type", code: "wrong-type") {
            try $0.handInSigned("d1", type: "rotation-ack")
        },
        False(testDescription: "from the future", code: "future-time") {
            try $0.handInSigned("d1", at: TestFleet.now + .hours(1))
        },
        False(testDescription: "from before the certificate", code: "old-time") {
            try $0.handInSigned("d1", at: TestFleet.now - .days(200))
        },
        False(testDescription: "for the key that is to be replaced", code: "same-key") {
            try $0.handInSigned("d1", key: $0.keys["d1"])
        },
    ]

    @Test("A false one is refused for what it is, and the plan had said so", arguments: falseRequests)
    func refused(_ test: False) async throws {
        let fleet = try fleet()
        try test.handIn(fleet)
        #expect(try #require(try await fleet.plan().inbox).refused.map(\.code) == [test.code])
        let outcome = try await fleet.run()
        #expect(outcome.intake.rejected.map(\.code) == [test.code] && outcome.intake.taken == 0)
        #expect(outcome.lines == ["d1 requested"])
        #expect(try fleet.rejection("d1").code == test.code)
    }

    @Test("One that was changed on its way does not verify")
    func changed() async throws {
        let fleet = try fleet()
        try fleet.handInSigned("d1")
        var bytes = try fleet.folder.read("inbox/csr/d1.jws")
        let place = bytes.count / 2
        bytes[place] = bytes[place] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
        try fleet.put("d1.jws", bytes)
        #expect(try await fleet.run().intake.rejected.count == 1)
        #expect(try fleet.inventory().waitingRequestCount() == 0)
    }

    @Test("One that was taken is not taken again, nor one that is older")
    func replayed() async throws {
        let fleet = try fleet(left: .days(50))
        try fleet.handInSigned("d1", at: now - .hours(1))
        let first = try fleet.folder.read("inbox/csr/d1.jws")
        try await fleet.run()
        let second = try fleet.handInSigned("d1")
        #expect(try await fleet.run().intake.taken == 1)
        try fleet.put("d1.jws", first)
        #expect(try await fleet.run().intake.rejected.map(\.code) == ["replayed"])
        try await fleet.run(at: now + .days(21))
        #expect(try fleet.manifest("d1").certificate.publicKey == second.publicKey)
    }

    @Test(
        "A certificate that has expired still signs where the policy replaces it, and not where a person looks at it first"
    )
    func expired() async throws {
        for (rule, rows) in [("replace", ["d1 issued"]), ("report", ["d1 reported"])] {
            let policy = PolicyText(
                expiry: "{ renewBefore: 30d, spread: 0d, confirmWithin: 10d, expired: \(rule) }",
                requests: "authenticated")
            let fleet = try TestFleet(policies: policyFile([policy]))
            try fleet.add("d1", left: .days(-3))
            try fleet.load().handInSigned("d1")
            let outcome = try await fleet.run()
            #expect(outcome.lines == rows)
            #expect(outcome.intake.rejected.map(\.code) == (rule == "replace" ? [] : ["certificate-expired"]))
        }
    }

    // MARK: Conflicts

    @Test(
        "Of two unsigned CSRs with different keys neither is answered, everybody is told, and a signed one settles it")
    func conflict() async throws {
        let fleet = try fleet(policyFile(), left: .days(40))
        try fleet.handIn("d1")
        try await fleet.run()
        try fleet.handIn("d1")
        #expect(try #require(try await fleet.plan().inbox).refused.map(\.code) == ["conflicting-requests"])
        let outcome = try await fleet.run()
        #expect(outcome.intake.rejected.map(\.code) == ["conflicting-requests"])
        #expect(try fleet.inventory().waitingRequestCount() == 0)
        let due = now + .days(12)
        #expect(try await fleet.plan(at: due).lines == ["d1 request-csr conflicting-requests"])
        let status = try await FleetStatus.read(fleet.workspace, at: due)
        #expect(status.attention.contains { $0.contains("conflicting-requests") })
        #expect(try await fleet.run(at: due).lines == ["d1 requested"])
        #expect(try fleet.manifest("d1").json["request"].map { "\($0)" }?.contains("conflicting-requests") == true)
        // A third one, of whomever, changes nothing.
        try fleet.handIn("d1")
        #expect(try await fleet.run(at: due).intake.taken == 0)
        let key = try fleet.handInSigned("d1", at: due)
        #expect(try await fleet.run(at: due).lines == ["d1 issued"])
        #expect(try fleet.manifest("d1").certificate.publicKey == key.publicKey)
    }

    @Test("What an unsigned CSR asks for does not take the place of what the device signed")
    func signedStays() async throws {
        let fleet = try fleet(policyFile(), left: .days(40))
        let key = try fleet.handInSigned("d1")
        try await fleet.run()
        try fleet.handIn("d1")
        #expect(try await fleet.run().intake.rejected.map(\.code) == ["conflicting-requests"])
        #expect(try await fleet.run(at: now + .days(12)).lines == ["d1 issued"])
        #expect(try fleet.manifest("d1").certificate.publicKey == key.publicKey)
    }

    @Test("A CSR waits for its device to become due no longer than inbox.keep, and one of a device that is due stays")
    func keep() async throws {
        let fleet = try fleet(policyFile(), left: .days(60))
        try fleet.handIn("d1")
        try await fleet.run()
        #expect(try await fleet.run(at: now + .days(13)).intake.rejected.isEmpty)
        let outcome = try await fleet.run(at: now + .days(15))
        #expect(outcome.intake.rejected.map(\.code) == ["not-due"])
        #expect(try fleet.inventory().waitingRequestCount() == 0)
        #expect(try fleet.rejection("d1").code == "not-due")
        #expect(try await fleet.run(at: now + .days(31)).lines == ["d1 requested"])
    }
}
