import Fleet
import Foundation
import Job
import Lifecycle
import PKI
import RotationModel
import RotationTesting
import Testing

@testable import Gate

/// That what the registry says decides, at each request anew.
@Suite("Who is let in")
struct DeviceAccessTests {
    private static let paths = [
        ("GET", "/v1/manifest"), ("GET", "/v1/keys.json"), ("GET", "/v1/chain/fleet-ca-1"),
        ("GET", "/v1/crl/fleet-ca-1.crl"), ("POST", "/v1/csr"), ("POST", "/v1/ack"),
        ("POST", "/.well-known/est/simpleenroll"), ("POST", "/.well-known/est/simplereenroll"),
    ]

    @Test("Without a certificate there is nothing but the authorities and what EST asks of a CSR")
    func noCertificate() async throws {
        let fleet = try GateFleet()
        try fleet.add("d1")
        try fleet.load()
        for (method, path) in Self.paths {
            let response = await fleet.ask(method, path)
            #expect(response.status == 401, "\(path)")
            #expect(response.code == "no-certificate")
        }
        #expect(await fleet.get("/.well-known/est/cacerts").status == 200)
        #expect(await fleet.get("/.well-known/est/csrattrs").status == 204)
        #expect(fleet.sightings.all.isEmpty)
    }

    @Test("Each refusal has its code, whatever is asked for")
    func codes() async throws {
        let weak = try PrivateKey.generate(.rsa(bits: 1024))
        let fleet = try GateFleet(accounts: ["a.example": AccountID(checked: "111122223333")])
        var shown: [(Certificate, String)] = []
        shown.append((try fleet.pki.device("stranger").certificate, "unknown"))
        for (status, code) in [
            ("INACTIVE", "inactive"), ("REVOKED", "revoked"), ("PENDING_TRANSFER", "pending-transfer"),
            ("REGISTER_INACTIVE", "register-inactive"), ("PENDING_ACTIVATION", "pending-activation"),
        ] {
            shown.append((try fleet.add("of-\(code)", status: status), code))
        }
        shown.append((try fleet.add("elsewhere", account: "444455556666"), "wrong-account"))
        shown.append((try fleet.add("weak", key: weak), "weak-key"))
        shown.append((try fleet.add("early", left: .days(100), lifetime: .days(90)), "not-yet-valid"))
        let shared = try fleet.add("twin-1")
        fleet.share(shared, with: "twin-2")
        shown.append((shared, "shared-certificate"))
        let good = try fleet.add("good")
        try fleet.load()
        for (certificate, code) in shown {
            for (method, path) in Self.paths {
                let response = await fleet.ask(method, path, as: certificate, serverName: "a.example")
                #expect(response.status == 403, "\(path)")
                #expect(response.code == code, "\(path)")
                #expect(response.refusal == code)
            }
        }
        #expect(fleet.sightings.all.isEmpty)
        #expect(await fleet.ask("GET", "/v1/manifest", as: good, serverName: "a.example").code == "no-manifest")
        #expect(await fleet.ask("GET", "/v1/manifest", as: good, serverName: "b.example").code == "wrong-account")
        #expect(await fleet.ask("GET", "/v1/manifest", as: good).code == "wrong-account")
    }

    @Test("Every weakness that keys are known by keeps a device out, and the workspace's own key too")
    func ownKey() async throws {
        let fleet = try GateFleet()
        let copied = try fleet.add("copied", key: fleet.pki.key)
        try fleet.load()
        #expect(await fleet.get("/v1/manifest", as: copied).code == "weak-key")
    }

    @Test("A revocation acts on the next request")
    func revoked() async throws {
        let fleet = try GateFleet()
        let d1 = try fleet.add("d1")
        try fleet.load()
        #expect(await fleet.get("/v1/manifest", as: d1).code == "no-manifest")
        fleet.change("d1", to: "REVOKED")
        try fleet.load()
        #expect(await fleet.get("/v1/manifest", as: d1).code == "revoked")
    }

    @Test("A key whose private half was handed in proves nothing from the next run on")
    func exposedKey() async throws {
        let fleet = try GateFleet()
        let d1 = try fleet.add("d1")
        try fleet.load()
        try fleet.folder.write("inbox/csr/d1.csr", try #require(fleet.keys["d1"]).pem())
        try await fleet.run()
        #expect(await fleet.get("/v1/manifest", as: d1).code == "refused-key")
    }

    @Test("A key that is revoked as compromised proves nothing")
    func compromisedKey() async throws {
        let fleet = try GateFleet()
        let d1 = try fleet.add("d1")
        let text = GateFleet.policy(keys: "[ecdsa-p256]")
        try fleet.folder.write(
            "policies/policy.yaml",
            text + """
                revocations:
                  - name: stolen
                    match: { device: ["d1"] }
                    reason: keyCompromise
                    mode: replace-then-revoke
                    deadline: 72h

                """)
        try fleet.load()
        try await fleet.run()
        #expect(await fleet.get("/v1/manifest", as: d1).code == "refused-key")
    }

    @Test("With its new certificate a device reads its manifest and confirms, and no more until that is taken")
    func pending() async throws {
        let fleet = try GateFleet()
        let d1 = try fleet.add("d1")
        try fleet.load()
        let key = try PrivateKey.generate(.ecdsaP256)
        let csr = try GateFleet.csr(key)
        #expect(
            await fleet.ask(
                "POST", "/v1/csr", as: d1, headers: [("content-type", "application/pkcs10")], body: csr
            ).status == 202)
        try await fleet.run()
        let new = try fleet.replacement("d1")
        #expect(await fleet.get("/v1/manifest", as: new).status == 200)
        #expect(await fleet.get("/v1/chain/fleet-ca-1", as: new).status == 200)
        for path in ["/v1/csr", "/.well-known/est/simplereenroll"] {
            #expect(await fleet.ask("POST", path, as: new).code == "pending-activation")
        }
        // Each of them shows all the same that it has the key.
        let proving = fleet.sightings.all.filter { $0.certificate == new.fingerprint }
        #expect(proving.count == 4 && proving.allSatisfy(\.provesReplacement))

        let manifest = try fleet.manifest("d1")
        let payload = """
            {"device":"d1","sequence":\(manifest.json["sequence"] as? Int ?? 0),\
            "fingerprint":"\(new.fingerprint.hex)","time":"\(GateFleet.now.rfc3339)"}
            """
        let jws = try JWSSigner(key: key).sign(payload: Array(payload.utf8), type: "rotation-ack")
        let confirmed = await fleet.ask(
            "POST", "/v1/ack", as: new, headers: [("content-type", "application/jose")], body: jws)
        #expect(confirmed.status == 202, "\(confirmed.text)")
        try await fleet.run(at: GateFleet.now + .hours(1))
        #expect(await fleet.ask("POST", "/v1/csr", as: new).code == "unsupported-media-type")
        let story = try fleet.workspace.openInventory(.readOnly).show(DeviceID(checked: "d1"))
        #expect(story?.rotations.last?.state == .confirmed)
    }

    @Test("An expired certificate is good for being replaced, where it is the current one and the policy says so")
    func expired() async throws {
        let fleet = try GateFleet()
        let old = try fleet.add("d1", left: .days(-1))
        let older = try fleet.add("d2", left: .days(-1))
        try fleet.add("d2", left: .days(20))
        try fleet.load()
        #expect(await fleet.get("/v1/manifest", as: old).code == "no-manifest")
        #expect(await fleet.ask("POST", "/v1/csr", as: old).status == 415)
        #expect(await fleet.ask("POST", "/.well-known/est/simpleenroll", as: old).status == 415)
        for path in ["/v1/keys.json", "/v1/chain/fleet-ca-1", "/v1/crl/fleet-ca-1.crl"] {
            #expect(await fleet.get(path, as: old).code == "expired")
        }
        #expect(await fleet.ask("POST", "/v1/ack", as: old).code == "expired")
        #expect(await fleet.get("/v1/manifest", as: older).code == "expired")
        fleet.router.adopt(
            try {
                try fleet.folder.write(
                    "policies/policy.yaml", GateFleet.policy(expired: "report", keys: "[ecdsa-p256]"))
                return try GateRules(of: fleet.workspace)
            }())
        #expect(await fleet.get("/v1/manifest", as: old).code == "expired")
    }

    @Test("A clock that jumps refuses what is not valid by it, and keeps nothing of it")
    func clock() async throws {
        let fleet = try GateFleet()
        let d1 = try fleet.add("d1")
        try fleet.load()
        #expect(await fleet.get("/v1/keys.json", as: d1, at: GateFleet.now - .days(400)).code == "not-yet-valid")
        #expect(await fleet.get("/v1/keys.json", as: d1, at: GateFleet.now + .days(400)).code == "expired")
        #expect(await fleet.get("/v1/keys.json", as: d1).code == "not-published")
    }

    @Test("Who was let in is told, with the certificate and how it came")
    func sightings() async throws {
        let fleet = try GateFleet()
        let d1 = try fleet.add("d1")
        try fleet.load()
        _ = await fleet.ask("GET", "/v1/manifest", as: d1, transport: .proxy)
        #expect(
            fleet.sightings.all == [
                Sighting(
                    device: DeviceID(checked: "d1"), account: AccountID(checked: "111122223333"),
                    certificate: d1.fingerprint, at: GateFleet.now, via: .proxy, provesReplacement: false)
            ])
    }
}
