import Delivery
import Fleet
import PKI
import RotationModel
import RotationTesting
import Testing

@testable import Intake
@testable import Job
@testable import Planning

@Suite("CSRs that are taken")
struct TakeInTests {
    @Test(
        "A CSR, as PEM or as DER, becomes a certificate for its key, and for nothing else that it says",
        arguments: [true, false])
    func taken(_ isPEM: Bool) async throws {
        let fleet = try TestFleet()
        let old = try fleet.add("d1")
        try fleet.load()
        let key = try PrivateKey.generate(.ecdsaP384)
        let subject = ThrowawayPKI.name("somebody else")
        try fleet.put(
            "d1.csr",
            isPEM
                ? try CertificateRequestMaker.makePEM(key: key, subject: subject)
                : try CertificateRequestMaker.make(key: key, subject: subject))
        let plan = try await fleet.plan()
        #expect(plan.lines == ["d1 issue expiring"])
        #expect(plan.inbox?.usable == 1)
        #expect(try fleet.waitingFiles == ["d1.csr"])
        let outcome = try await fleet.run()
        #expect((outcome.intake.taken, outcome.intake.known, outcome.intake.rejected.count) == (1, 0, 0))
        #expect(outcome.lines == ["d1 issued"])
        #expect(try fleet.waitingFiles == [])
        let manifest = try fleet.manifest("d1")
        let certificate = try manifest.certificate
        #expect(certificate.publicKey == key.publicKey)
        #expect(certificate.subject.text == "CN=d1,O=Example Devices")
        #expect(manifest.replaces == old.fingerprint.hex)
        #expect(outcome.result("d1")?.certificate == certificate.fingerprint)
        #expect(outcome.result("d1")?.sequence == manifest.sequence)
    }

    @Test("One that comes before its device is due waits until it is")
    func early() async throws {
        let fleet = try TestFleet()
        try fleet.add("d1", left: .days(40))
        try fleet.load()
        let key = try fleet.handIn("d1")
        let outcome = try await fleet.run()
        #expect((outcome.lines, outcome.intake.taken) == ([], 1))
        #expect(try fleet.inventory().waitingRequestCount() == 1)
        let later = TestFleet.now + .days(10)
        #expect(try await fleet.plan(at: later).lines == ["d1 issue expiring"])
        #expect(try await fleet.run(at: later).lines == ["d1 issued"])
        #expect(try fleet.manifest("d1").certificate.publicKey == key.publicKey)
        #expect(try fleet.inventory().waitingRequestCount() == 0)
    }

    @Test("A newer CSR takes the place of the one that waits where the device signed it")
    func newer() async throws {
        let fleet = try TestFleet()
        try fleet.add("d1", left: .days(40))
        try fleet.load()
        try fleet.handIn("d1")
        try await fleet.run()
        let second = try fleet.handInSigned("d1")
        #expect(try await fleet.run().intake.taken == 1)
        #expect(try fleet.inventory().waitingRequestCount() == 1)
        try await fleet.run(at: TestFleet.now + .days(10))
        #expect(try fleet.manifest("d1").certificate.publicKey == second.publicKey)
    }

    @Test("A CSR that is handed in again is known, while it waits and when its certificate is out")
    func known() async throws {
        let fleet = try TestFleet()
        try fleet.add("d1", left: .days(40))
        try fleet.load()
        let key = try fleet.handIn("d1")
        try await fleet.run()
        for time in [TestFleet.now, TestFleet.now + .days(10), TestFleet.now + .days(11)] {
            try fleet.handIn("d1", key: key)
            #expect(try await fleet.plan(at: time).inbox?.refused.isEmpty == true)
            let intake = try await fleet.run(at: time).intake
            #expect((intake.taken, intake.known, intake.rejected.count) == (0, 1, 0))
            #expect(try fleet.waitingFiles == [])
        }
        #expect(try fleet.manifest("d1").sequence == 1)
        #expect(try fleet.certificates("d1", .pendingActivation).count == 1)
    }

    @Test(
        "A device is found by the name of its file, whatever its id",
        arguments: ["a/b", "../../etc/passwd", ".hidden", "日本", "100%", "x".repeated(128), "é".repeated(64)])
    func names(_ id: String) async throws {
        let fleet = try TestFleet()
        try fleet.add(id)
        try fleet.add("other", left: .days(60))
        try fleet.load()
        try fleet.handIn(id)
        #expect(try await fleet.plan().lines == ["\(id) issue expiring"])
        #expect(try await fleet.run().lines == ["\(id) issued"])
        #expect(try fleet.waitingFiles == [])
        let manifest = try fleet.manifest(id)
        #expect(manifest.json["device"] as? String == id)
        #expect(fleet.requestName(id).contains("%sha256-") == (id.utf8.count * 3 > 200 && id.hasPrefix("é")))
    }

    @Test(
        "A CSR that comes while the run goes on is not lost with the one before it", arguments: [Stage.decide, .issue])
    func meanwhile(_ stage: Stage) async throws {
        let fleet = try TestFleet()
        try fleet.add("d1", left: .days(stage == .issue ? 10 : 40))
        try fleet.load()
        try fleet.handIn("d1")
        let key = try PrivateKey.generate(.ecdsaP256)
        let bytes = try CertificateRequestMaker.makePEM(key: key, subject: ThrowawayPKI.name("d1"))
        let folder = fleet.folder
        let observer = MeanwhileObserver(stage: stage) { try folder.write("inbox/csr/d1.csr", bytes) }
        _ = try await JobRun(fleet.workspace, at: TestFleet.now, actor: "test", observer: observer).perform()
        #expect(try fleet.waitingFiles == ["d1.csr"])
        #expect(try fleet.folder.read("inbox/csr/d1.csr") == bytes)
        let next = try await fleet.run().intake
        #expect(next.taken == (stage == .issue ? 1 : 0))
        // Nobody knows which of the two is the device's.
        #expect(next.rejected.map(\.code) == (stage == .issue ? [] : ["conflicting-requests"]))
    }

    @Test("Files that are still being written are left where they are")
    func partial() async throws {
        let fleet = try TestFleet()
        try fleet.add("d1")
        try fleet.load()
        for name in [".d1.csr", "d1.csr.part", "d1.csr.tmp"] { try fleet.put(name, []) }
        let outcome = try await fleet.run()
        #expect(outcome.intake.rejected.isEmpty)
        #expect(try fleet.waitingFiles == [".d1.csr", "d1.csr.part", "d1.csr.tmp"])
    }

    @Test("A CSR that waits is of no use once the profile no longer takes its key")
    func profileChanged() async throws {
        let fleet = try TestFleet()
        try fleet.add("d1", left: .days(40))
        try fleet.load()
        try fleet.handIn("d1")
        try await fleet.run()
        try fleet.setPolicies(policyFile([PolicyText()], [ProfileText(keys: "[ecdsa-p384]")]))
        let later = TestFleet.now + .days(12)
        #expect(try await fleet.plan(at: later).lines == ["d1 request-csr expiring"])
        #expect(try await fleet.run(at: later).lines == ["d1 requested"])
        #expect(try fleet.manifest("d1").requestKeys == ["ecdsa-p384"])
        #expect(try fleet.manifest("d1").requestSubject == "CN=d1,O=Example Devices")
    }

    @Test("Where the key may stay, a CSR with that very key is taken, and one with a new key comes first")
    func rekeyAllowed() async throws {
        let fleet = try TestFleet(policies: policyFile([PolicyText(rekey: "allowed")]))
        try fleet.add("same")
        try fleet.add("new", left: .days(11))
        try fleet.add("silent", left: .days(12))
        try fleet.load()
        try fleet.handIn("same", key: fleet.keys["same"])
        let key = try fleet.handIn("new")
        #expect(try await fleet.run().lines == ["same issued", "new issued", "silent issued"])
        #expect(try fleet.manifest("same").certificate.publicKey == fleet.keys["same"]?.publicKey)
        #expect(try fleet.manifest("new").certificate.publicKey == key.publicKey)
        #expect(try fleet.manifest("silent").certificate.publicKey == fleet.keys["silent"]?.publicKey)
    }
}

extension String {
    fileprivate func repeated(_ count: Int) -> String { String(repeating: self, count: count) }
}
