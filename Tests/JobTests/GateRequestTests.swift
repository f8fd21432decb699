import Delivery
import Fleet
import Foundation
import Intake
import PKI
import RotationModel
import RotationTesting
import System
import Testing

@testable import Job
@testable import Planning

/// A device that the gate authenticated has shown whose CSR it is; whether that holds still is asked when it is taken in.
@Suite("CSRs that came through the gate")
struct GateRequestTests {
    private let now = TestFleet.now
    private static let strict = policyFile([PolicyText(requests: "authenticated")])

    private func fleet(_ policies: String = strict, left: TimeSpan = .days(10)) throws -> TestFleet {
        let fleet = try TestFleet(policies: policies, gate: true)
        try fleet.add("d1", left: left)
        try fleet.add("d2", left: .days(70))
        return try fleet.load()
    }

    @Test("One is taken where the policy takes proved ones alone, and the plan says so; then it leaves the spool")
    func taken() async throws {
        let fleet = try fleet()
        let key = try await fleet.submitRequest("d1")
        let plan = try await fleet.plan()
        #expect(plan.lines.contains("d1 issue expiring") && plan.inbox?.usable == 1)
        #expect(try fleet.waitingSubmissions.count == 1, "a dry run moves nothing")
        let outcome = try await fleet.run()
        #expect(outcome.lines == ["d1 issued"] && outcome.intake.taken == 1 && outcome.intake.rejected.isEmpty)
        #expect(try fleet.manifest("d1").certificate.publicKey == key.publicKey)
        #expect(try fleet.waitingSubmissions.isEmpty)
        let detail = try #require(try fleet.detail(of: "csr-taken", "d1"))
        #expect(detail.contains(#""proof":"session""#))
        #expect(detail.contains(#""certificate":"\#(try fleet.fingerprint("d1").hex)""#))
    }

    @Test("A CSR in PEM is as good as one in DER")
    func pem() async throws {
        let fleet = try fleet()
        let key = try PrivateKey.generate(.ecdsaP256)
        try await fleet.submit(CertificateRequestMaker.makePEM(key: key, subject: ThrowawayPKI.name("d1")), of: "d1")
        #expect(try await fleet.run().lines == ["d1 issued"])
    }

    struct False: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let code: String
        var policies = GateRequestTests.strict
        var left = TimeSpan.days(10)
        /// Under which name it lies in `rejected/`.
        var stem: String? = "d1"
        let handIn: @Sendable (TestFleet) async throws -> Void
    }

    static let falseRequests = [
        False(testDescription: "by another device's certificate", code: "wrong-device") {
            try await $0.submitRequest("d1", by: $0.fingerprint("d2"))
        },
        False(testDescription: "by a certificate that nobody has", code: "wrong-device") {
            try await $0.submitRequest("d1", by: Fingerprint(.zero))
        },
        False(testDescription: "by a certificate that was revoked meanwhile", code: "revoked-key") {
            try await $0.submitRequest("d1")
            $0.change("d1", to: .revoked)
            try $0.add("d1", left: .days(9))
            try $0.load()
        },
        False(testDescription: "by the only certificate, revoked meanwhile", code: "revoked-key") {
            try await $0.submitRequest("d1")
            $0.change("d1", to: .revoked)
            try $0.load()
        },
        False(testDescription: "by a certificate that is INACTIVE by now", code: "old-key") {
            try await $0.submitRequest("d1")
            $0.change("d1", to: .inactive)
            try $0.add("d1", left: .days(9))
            try $0.load()
        },
        False(testDescription: "by a certificate that is no longer the current one", code: "old-key") {
            try await $0.submitRequest("d1")
            try $0.add("d1", left: .days(12))
            try $0.load()
        },
        False(testDescription: "by a certificate that another device presents too", code: "shared-key") {
            try await $0.submitRequest("d1")
            let certificate = try $0.certificates("d1", .active)[0]
            $0.share(certificate, with: "d3")
            try $0.load()
        },
        False(testDescription: "for an account that the device is not in", code: "wrong-device") {
            let key = try PrivateKey.generate(.ecdsaP256)
            try await $0.submit(
                CertificateRequestMaker.make(key: key, subject: ThrowawayPKI.name("d1")), of: "d1",
                account: "999900000000")
        },
        False(
            testDescription: "by a certificate that has expired, where a person looks at those first",
            code: "certificate-expired",
            policies: policyFile([
                PolicyText(expiry: "{ renewBefore: 30d, expired: report }", requests: "authenticated")
            ]), left: .days(-3)
        ) { try await $0.submitRequest("d1") },
        False(testDescription: "for the key that is to be replaced", code: "same-key") {
            try await $0.submitRequest("d1", key: $0.keys["d1"])
        },
        False(testDescription: "rubbish", code: "malformed") { try await $0.submit(Array("rubbish".utf8), of: "d1") },
        False(testDescription: "nothing", code: "malformed") { try await $0.submit([], of: "d1") },
        False(testDescription: "of a device that nobody knows", code: "unknown-device", stem: nil) {
            try await $0.submitRequest("nobody", by: $0.fingerprint("d1"))
        },
    ]

    @Test(
        "A false one is refused for what it is, as the plan had said, and told where a file would be",
        arguments: falseRequests)
    func refused(_ test: False) async throws {
        let fleet = try fleet(test.policies, left: test.left)
        try await test.handIn(fleet)
        let foreseen = try #require(try await fleet.plan().inbox).refused
        #expect(foreseen.count == 1)
        // What cannot be read is refused before anybody looks whose it is.
        let expected = test.code
        #expect(foreseen.map(\.code) == [expected])
        let name = try fleet.waitingSubmissions[0]
        let outcome = try await fleet.run()
        #expect(outcome.intake.rejected.map(\.code) == [expected] && outcome.intake.taken == 0)
        #expect(outcome.intake.rejected.map(\.file) == foreseen.map(\.file))
        #expect(try fleet.waitingSubmissions.isEmpty)
        let stem = test.stem ?? String(name.dropLast(5))
        #expect(try fleet.rejection(stem).code == expected)
        if test.stem != nil {
            #expect(try fleet.detail(of: "csr-refused", "d1")?.contains(name) == true)
            let kept = try Submission(reading: fleet.folder.read("inbox/rejected/d1.json"))
            #expect(kept.device == "d1")
        }
    }

    @Test("A private key in it is burnt, and is kept nowhere")
    func privateKey() async throws {
        let fleet = try fleet()
        let key = try PrivateKey.generate(.ecdsaP256)
        let csr = try CertificateRequestMaker.makePEM(key: key, subject: ThrowawayPKI.name("d1"))
        try await fleet.submit(csr + (try key.pem()), of: "d1")
        #expect(try await fleet.run().intake.rejected.map(\.code) == ["private-key-included"])
        #expect(!Files.exists(fleet.folder["inbox/rejected/d1.json"]))
        #expect(try fleet.rejection("d1").code == "private-key-included")
        try await fleet.submitRequest("d1", key: key)
        #expect(try await fleet.run().intake.rejected.map(\.code) == ["private-key-included"])
    }

    @Test("A certificate that has expired still authenticates where the policy replaces it")
    func expired() async throws {
        let fleet = try fleet(left: .days(-3))
        try await fleet.submitRequest("d1")
        #expect(try await fleet.run().lines == ["d1 issued"])
    }

    @Test("After a replacement was confirmed, the old certificate authenticates no CSR, though it is ACTIVE still")
    func superseded() async throws {
        let fleet = try fleet()
        let old = try fleet.fingerprint("d1")
        let key = try await fleet.submitRequest("d1")
        try await fleet.run()
        try fleet.confirm("d1", key)
        try await fleet.run()
        try await fleet.submitRequest("d1", by: old)
        #expect(try await fleet.run().intake.rejected.map(\.code) == ["old-key"])
        let new = try #require(try fleet.story("d1").rotations.last?.newCertificate)
        try await fleet.submitRequest("d1", by: new)
        #expect(try await fleet.run().intake.taken == 1)
    }

    // MARK: Several

    @Test("Of two in one run the later one is answered, and nothing is in conflict")
    func twice() async throws {
        let fleet = try fleet()
        try await fleet.submitRequest("d1", at: now - .minutes(2))
        let second = try await fleet.submitRequest("d1", at: now - .minutes(1))
        let outcome = try await fleet.run()
        #expect(outcome.intake.taken == 2 && outcome.intake.rejected.isEmpty && outcome.lines == ["d1 issued"])
        #expect(try fleet.manifest("d1").certificate.publicKey == second.publicKey)
    }

    @Test(
        "It takes the place of an unsigned one, settles a conflict, and is not shaken by an unsigned one that comes after"
    )
    func conflicts() async throws {
        let fleet = try fleet(policyFile(), left: .days(40))
        for _ in 0..<2 {
            try fleet.handIn("d1")
            try await fleet.run()
        }
        let key = try await fleet.submitRequest("d1")
        #expect(try await fleet.run().intake.rejected.isEmpty)
        try fleet.handIn("d1")
        #expect(try await fleet.run().intake.rejected.map(\.code) == ["conflicting-requests"])
        let outcome = try await fleet.run(at: now + .days(11))
        #expect(outcome.lines == ["d1 issued"])
        #expect(try fleet.manifest("d1").certificate.publicKey == key.publicKey)
    }

    @Test("Of two devices with one key the one that authenticated has it, and the other is told")
    func keyInUse() async throws {
        let fleet = try fleet(policyFile(), left: .days(40))
        let key = try fleet.handIn("d2")
        try await fleet.run()
        try await fleet.submitRequest("d1", key: key)
        let outcome = try await fleet.run()
        #expect(outcome.intake.taken == 1)
        #expect(outcome.intake.rejected.map { "\($0.device?.text ?? "") \($0.code)" } == ["d2 key-in-use"])
        #expect(try fleet.rejection("d2").code == "key-in-use")
    }

    @Test("A signed request of before it does not take its place, and one of after it does")
    func signed() async throws {
        let fleet = try fleet(left: .days(40))
        let key = try await fleet.submitRequest("d1", at: now - .hours(1))
        try await fleet.run()
        try fleet.handInSigned("d1", at: now - .hours(2))
        #expect(try await fleet.run().intake.rejected.map(\.code) == ["replayed"])
        #expect(try fleet.story("d1").request?.publicKey == key.publicKey.reference)
        let signer = try fleet.handInSigned("d1", at: now)
        #expect(try await fleet.run().intake.taken == 1)
        #expect(try fleet.story("d1").request?.publicKey == signer.publicKey.reference)
        try await fleet.submitRequest("d1", at: now - .minutes(30))
        #expect(try await fleet.run().intake.rejected.map(\.code) == ["replayed"])
    }

    @Test("A gate whose clock ran ahead does not keep the device from signing")
    func clockAhead() async throws {
        let fleet = try fleet(left: .days(40))
        try await fleet.submitRequest("d1", at: now + .days(365))
        #expect(try await fleet.run().intake.taken == 1)
        try fleet.handInSigned("d1", at: now + .hours(1))
        #expect(try await fleet.run(at: now + .hours(2)).intake.taken == 1)
    }

    @Test("A gate whose clock was set back loses nothing")
    func clockBack() async throws {
        let fleet = try fleet(left: .days(40))
        try await fleet.submitRequest("d1")
        try await fleet.run()
        let later = try await fleet.submitRequest("d1", at: now - .days(300))
        #expect(try await fleet.run().intake.taken == 1)
        #expect(try fleet.story("d1").request?.publicKey == later.publicKey.reference)
    }

    // MARK: A run that dies

    @Test(
        "What a run took in and had not removed when it died has no second effect, however far things have gone",
        arguments: [0, 1, 2])
    func readTwice(stage: Int) async throws {
        let fleet = try fleet(policyFile([PolicyText(rekey: "allowed", requests: "authenticated")]))
        let key = try await fleet.submitRequest("d1")
        let name = try fleet.waitingSubmissions[0]
        let bytes = try fleet.folder.read("inbox/gate/submissions/\(name)")
        try await fleet.run()
        if stage > 0 { try fleet.confirm("d1", key) }
        try fleet.folder.write("inbox/gate/submissions/\(name)", bytes)
        if stage > 1 {
            // As if it could not be removed for many runs.
            for _ in 0..<3 {
                #expect(try await fleet.run().intake.known == 1)
                try fleet.folder.write("inbox/gate/submissions/\(name)", bytes)
            }
        }
        let before = try fleet.audit("d1").count { $0 == "csr-taken" }
        let plan = try await fleet.plan()
        #expect(plan.inbox?.usable == 0 && plan.inbox?.refused.isEmpty == true)
        let outcome = try await fleet.run()
        #expect(outcome.intake.known == 1 && outcome.intake.taken == 0 && outcome.intake.rejected.isEmpty)
        #expect(try fleet.waitingSubmissions.isEmpty)
        #expect(try fleet.audit("d1").count { $0 == "csr-taken" } == before)
        #expect(try fleet.story("d1").rotations.count == 1 && fleet.inventory().waitingRequestCount() == 0)
        try await fleet.run()
        let isRemembered = try fleet.inventory().planningSnapshot { try $0.isTaken(submission: name) }
        #expect(!isRemembered, "no name comes twice")
    }

    @Test("What a run had renamed to take it out when it died is taken in by the next")
    func takenOut() async throws {
        let fleet = try fleet()
        try await fleet.submitRequest("d1")
        let name = try fleet.waitingSubmissions[0]
        let path = fleet.folder["inbox/gate/submissions"]
        try FileManager.default.moveItem(atPath: "\(path)/\(name)", toPath: "\(path)/.taken.\(name)")
        #expect(try await fleet.run().lines == ["d1 issued"])
        #expect(try FileManager.default.contentsOfDirectory(atPath: path).isEmpty)
    }

    // MARK: What lies there and should not

    @Test("Whatever lies in the spool, the run goes on, and what is good in it is taken")
    func rubbish() async throws {
        let fleet = try fleet()
        try await fleet.submitRequest("d1")
        let good = try fleet.waitingSubmissions[0]
        let path = fleet.folder["inbox/gate/submissions"]
        let bytes = try fleet.folder.read("inbox/gate/submissions/\(good)")
        let files: [(String, [UInt8])] = [
            ("20261201T000000Z-0000000000000001.json", []), ("20261201T000000Z-0000000000000002.json", Array("{".utf8)),
            ("20261201T000000Z-0000000000000003.json", Array(bytes.dropLast(20))),
            ("20261201T000000Z-0000000000000004.json", [UInt8](repeating: 0x20, count: 50_000)),
            ("d2.json", bytes), ("..json", bytes), ("d2.csr", bytes), ("-rf.json", bytes),
            (".20261201T000000Z-0000000000000005.json.new", Array("{\"ver".utf8)),
        ]
        for (name, bytes) in files { try fleet.folder.write("inbox/gate/submissions/\(name)", bytes) }
        try FileManager.default.createSymbolicLink(
            atPath: path + "/20261201T000000Z-0000000000000006.json", withDestinationPath: "\(path)/\(good)")
        try FileManager.default.createDirectory(
            atPath: path + "/20261201T000000Z-0000000000000007.json", withIntermediateDirectories: false)
        #expect(mkdir(path + "/\u{FF}odd", 0o750) == 0 || errno == EEXIST)
        let raw: [CChar] = Array(path.utf8CString.dropLast()) + [0x2F, -1, -2, 0]
        #expect(close(creat(raw, 0o640)) == 0)
        let foreseen = try #require(try await fleet.plan().inbox)
        #expect(foreseen.usable == 1)
        let outcome = try await fleet.run()
        #expect(outcome.lines == ["d1 issued"] && outcome.intake.taken == 1 && outcome.intake.obstacles.isEmpty)
        #expect(outcome.intake.rejected.count == 12)
        #expect(
            Set(outcome.intake.rejected.map(\.code)) == ["malformed", "unreadable", "file-name"])
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: path) == [".20261201T000000Z-0000000000000005.json.new"]
        )
    }

    @Test("Thousands in one run are taken, each device's latest counts")
    func thousands() async throws {
        let fleet = try TestFleet(policies: Self.strict, inMemory: true, gate: true)
        let devices = (0..<60).map { "d\($0)" }
        for device in devices { try fleet.add(device, left: .days(40)) }
        try fleet.load()
        let spool = try fleet.spool
        let fingerprints = try devices.map { try fleet.fingerprint($0) }
        var last: [String: PrivateKey] = [:]
        for round in 0..<40 {
            for (device, certificate) in zip(devices, fingerprints) {
                let key = try PrivateKey.generate(.ecdsaP256)
                last[device] = key
                try await spool.submit(
                    Submission(
                        kind: .csr, device: DeviceID(checked: device), account: AccountID(checked: "111122223333"),
                        certificate: certificate,
                        at: now - .hours(1) + TimeSpan(seconds: Int64(round)), via: .proxy,
                        bytes: CertificateRequestMaker.make(key: key, subject: ThrowawayPKI.name(device))))
            }
        }
        let outcome = try await fleet.run()
        #expect(outcome.intake.taken == 2400 && outcome.intake.rejected.isEmpty)
        #expect(try fleet.waitingSubmissions.isEmpty)
        for device in devices {
            #expect(try fleet.story(device).request?.publicKey == last[device]?.publicKey.reference)
        }
    }

    // MARK: Trust

    @Test(
        "Without a gate in rotation.yaml nothing in its folder is read: the plan and the run name the obstacle, and go on"
    )
    func noGate() async throws {
        let fleet = try TestFleet(policies: policyFile())
        try fleet.add("d1")
        try fleet.load()
        try fleet.handIn("d1")
        try Files.makeFolder(fleet.folder["inbox/gate"], mode: 0o750)
        try await fleet.submitRequest("d1")
        let plan = try await fleet.plan()
        #expect(plan.inbox?.obstacles.count == 1 && plan.inbox?.obstacles.first?.contains("no `gate`") == true)
        let outcome = try await fleet.run()
        #expect(outcome.intake.obstacles.count == 1 && outcome.intake.obstacles.first?.contains("no `gate`") == true)
        #expect(outcome.lines == ["d1 issued"] && outcome.intake.taken == 1)
        #expect(try fleet.waitingSubmissions.count == 1)
    }

    @Test("A spool that whoever fills csr/ can write to is not read, and is read once that is put right")
    func untrusted() async throws {
        let fleet = try fleet()
        try await fleet.submitRequest("d1")
        for name in ["inbox/csr", "inbox/gate"] { #expect(chmod(fleet.folder[name], 0o770) == 0) }
        #expect(try await fleet.plan().inbox?.obstacles.count == 1)
        let outcome = try await fleet.run()
        #expect(outcome.intake.taken == 0 && outcome.intake.obstacles.count == 1)
        #expect(outcome.intake.obstacles.first?.contains("csr/ or ack/") == true)
        #expect(chmod(fleet.folder["inbox/gate"], 0o750) == 0)
        #expect(try await fleet.run().intake.taken == 1)
    }

    @Test("A gate without its folder is told of in the run and in the status")
    func missing() async throws {
        let fleet = try fleet()
        try FileManager.default.removeItem(atPath: fleet.folder["inbox/gate"])
        #expect(try await fleet.run().lines == ["d1 requested"])
        let status = try await FleetStatus.read(fleet.workspace, at: now)
        #expect(status.attention.contains { $0.contains("inbox/gate/submissions: no submission can come in") })
    }
}

extension TestFleet {
    /// The detail of the last audit entry of an action about a device.
    func detail(of action: String, _ device: String) throws -> String? {
        var detail: String?
        try inventory().audit(device: DeviceID(checked: device)) { if $0.action == action { detail = $0.detail } }
        return detail
    }
}
