import Fleet
import Foundation
import Job
import PKI
import RotationModel
import RotationTesting
import Testing

@testable import Gate

@Suite("What brokers ask on the local socket")
struct BrokerTests {
    @Test("Whether a device is let in: by fingerprint or by certificate, with its name, or with the reason")
    func authorise() async throws {
        let fleet = try GateFleet()
        let d1 = try fleet.add("d1")
        let off = try fleet.add("off", status: "INACTIVE")
        let old = try fleet.add("old", left: .days(-1))
        let twin = try fleet.add("twin-1")
        fleet.share(twin, with: "twin-2")
        try fleet.load()
        func ask(_ question: String) async -> (allow: Bool?, code: String?, device: String?) {
            let response = await fleet.authorise(question)
            #expect(response.status == 200, "\(response.text)")
            #expect(response.header("content-type") == "application/json")
            let json = response.json
            #expect(response.refusal == json["code"] as? String)
            return (json["allow"] as? Bool, json["code"] as? String, json["device"] as? String)
        }
        let hex = d1.fingerprint.hex
        let colons = stride(from: 0, to: 64, by: 2).map { hex.dropFirst($0).prefix(2).uppercased() }.joined(
            separator: ":")
        for question in [
            "{\"fingerprint\":\"\(hex)\"}", "{\"fingerprint\":\"\(colons)\"}",
            "{\"certificate\":\"\(d1.pem.replacing("\n", with: "\\n"))\"}",
            "{\"fingerprint\":\"\(hex)\",\"account\":\"111122223333\"}",
        ] {
            #expect(await ask(question) == (true, nil, "d1"))
        }
        #expect(await ask("{\"fingerprint\":\"\(hex)\",\"account\":\"4\"}") == (false, "wrong-account", "d1"))
        #expect(await ask("{\"fingerprint\":\"\(off.fingerprint.hex)\"}") == (false, "inactive", "off"))
        // It may have itself replaced, and nothing else.
        #expect(await ask("{\"fingerprint\":\"\(old.fingerprint.hex)\"}") == (false, "expired", "old"))
        #expect(await ask("{\"fingerprint\":\"\(twin.fingerprint.hex)\"}") == (false, "shared-certificate", nil))
        #expect(
            await ask("{\"fingerprint\":\"\(String(repeating: "0", count: 64))\"}") == (false, "unknown", nil))
        #expect(fleet.sightings.all.isEmpty)
    }

    @Test(
        "A question that is none is answered with what is wrong",
        arguments: [
            "", "[]", "{}", "{\"fingerprint\":1}", "{\"fingerprint\":\"abc\"}", "{\"certificate\":\"abc\"}",
            "{\"fingerprint\":\"\(String(repeating: "0", count: 64))\",\"certificate\":\"\"}",
            "{\"fingerprint\":\"\(String(repeating: "0", count: 64))\",\"account\":1}",
            "{\"fingerprint\":\"\(String(repeating: "0", count: 64))\",\"account\":\"\"}",
            "{\"fingerprint\":\"\(String(repeating: "0", count: 64))\",\"fingerprint\":\"\"}",
        ])
    func malformed(_ question: String) async throws {
        let fleet = try GateFleet()
        let response = await fleet.authorise(question)
        #expect(response.status == 400)
        #expect(response.code == "malformed", "\(response.text)")
    }

    @Test("What was revoked is told once, in order, and where to go on")
    func revoked() async throws {
        let fleet = try GateFleet()
        let (d1, d2) = (try fleet.add("d1"), try fleet.add("d2"))
        try fleet.load()
        func ask(_ query: String?) async -> (revoked: [String], next: Int) {
            let response = await fleet.ask("GET", "/revoked", query: query, transport: .local)
            #expect(response.status == 200, "\(response.text)")
            #expect(response.json["more"] as? Bool == false)
            return (response.json["revoked"] as? [String] ?? ["-"], response.json["next"] as? Int ?? -1)
        }
        #expect(await ask(nil) == ([], 0))
        fleet.change("d1", to: "REVOKED")
        try fleet.load()
        let first = await ask("after=0")
        #expect(first.revoked == [d1.fingerprint.hex])
        #expect(await ask("after=\(first.next)") == ([], first.next))
        fleet.change("d2", to: "REVOKED")
        try fleet.load()
        let second = await ask("after=\(first.next)")
        #expect(second.revoked == [d2.fingerprint.hex])
        #expect(await ask("").revoked == [d1.fingerprint.hex, d2.fingerprint.hex])
        for query in [
            "after=", "after=-1", "after=x", "before=1", "after=1&x", "after=99999999999999999999", "after=+1",
        ] {
            #expect(await fleet.ask("GET", "/revoked", query: query, transport: .local).code == "malformed", "\(query)")
        }
        // The registry that it asked before was another.
        let lost = await fleet.ask("GET", "/revoked", query: "after=\(second.next + 1)", transport: .local)
        #expect(lost.code == "unknown-number")
    }

    @Test("The local socket has nothing for devices, and devices nothing of the local socket")
    func apart() async throws {
        let fleet = try GateFleet()
        let d1 = try fleet.add("d1")
        try fleet.load()
        for path in ["/v1/manifest", "/v1/csr", "/.well-known/est/cacerts", "/healthz", "/"] {
            #expect(await fleet.ask("GET", path, as: d1, transport: .local).code == "not-found")
        }
        for transport in [Peer.Transport.tls, .proxy] {
            for (method, path) in [("POST", "/authorise"), ("GET", "/revoked")] {
                #expect(await fleet.ask(method, path, as: d1, transport: transport).code == "not-found")
            }
        }
        #expect(await fleet.ask("GET", "/authorise", transport: .local).header("allow") == "POST")
        #expect(await fleet.ask("POST", "/revoked", transport: .local).header("allow") == "GET, HEAD")
    }

    @Test("An inventory that cannot be read lets nobody in")
    func unavailable() async throws {
        let fleet = try GateFleet()
        let d1 = try fleet.add("d1")
        try fleet.load()
        let path = fleet.workspace.configuration.inventory.text
        try FileManager.default.moveItem(atPath: path, toPath: path + ".away")
        let response = await fleet.authorise("{\"fingerprint\":\"\(d1.fingerprint.hex)\"}")
        #expect(response.status == 503)
    }
}
