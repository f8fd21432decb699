import Fleet
import Foundation
import Job
import PKI
import RotationModel
import RotationTesting
import Testing

@testable import Gate

@Suite("What devices fetch")
struct PublishedRouteTests {
    @Test("A device gets its own manifest; which edition, the ETag says: the manifest's sequence")
    func manifest() async throws {
        let fleet = try GateFleet()
        let d1 = try fleet.add("d1")
        try fleet.add("d2")
        try fleet.load()
        #expect(await fleet.get("/v1/manifest", as: d1).code == "no-manifest")
        try await fleet.run()
        let response = await fleet.get("/v1/manifest", as: d1)
        #expect(response.status == 200)
        #expect(response.header("content-type") == "application/jose")
        #expect(response.body == (try fleet.manifest("d1").jws))
        #expect(response.body != (try fleet.manifest("d2").jws))
        let sequence = try #require(try fleet.manifest("d1").json["sequence"] as? Int)
        #expect(response.header("etag") == "\"\(sequence)\"")
        #expect(response.refusal == nil)
    }

    @Test(
        "A device that has the edition already is told so",
        arguments: [
            ("\"1\"", 304), ("W/\"1\"", 304), ("\"7\", \"1\"", 304), ("*", 304), ("\"11\"", 200), ("1", 200), ("", 200),
            ("\"2\" , W/\"1\"", 304),
        ])
    func conditional(_ condition: String, status: Int) async throws {
        let fleet = try GateFleet()
        let d1 = try fleet.add("d1")
        try fleet.load()
        try await fleet.run()
        let response = await fleet.get("/v1/manifest", as: d1, headers: [("if-none-match", condition)])
        #expect(response.status == status)
        #expect(response.header("etag") == "\"1\"")
        #expect(response.body.isEmpty == (status == 304))
    }

    @Test("Keys, chains and revocation lists are those of the delivery tree, each with its type")
    func documents() async throws {
        let fleet = try GateFleet(authority: "crl: { url: \"http://crl.example.com/fleet-ca-1.crl\" }")
        let d1 = try fleet.add("d1")
        try fleet.load()
        #expect(await fleet.get("/v1/keys.json", as: d1).code == "not-published")
        try await fleet.run()
        for (path, file, type) in [
            ("/v1/keys.json", "keys.json", "application/jwk-set+json"),
            ("/v1/chain/fleet-ca-1", "authorities/fleet-ca-1.pem", "application/pem-certificate-chain"),
            ("/v1/crl/fleet-ca-1.crl", "crl/fleet-ca-1.crl", "application/pkix-crl"),
        ] {
            let response = await fleet.get(path, as: d1)
            #expect(response.status == 200, "\(path): \(response.text)")
            #expect(response.header("content-type") == type)
            #expect(response.body == (try fleet.folder.read("delivery/\(file)")))
            let head = await fleet.ask("HEAD", path, as: d1)
            #expect(head == response)
            let tag = try #require(response.header("etag"))
            #expect(await fleet.get(path, as: d1, headers: [("if-none-match", tag)]).status == 304)
        }
        let crl = try fleet.folder.write("gate.crl", await fleet.get("/v1/crl/fleet-ca-1.crl", as: d1).body)
        let judged = try ExternalProgram.run([
            "openssl", "crl", "-inform", "DER", "-in", crl, "-CAfile", fleet.folder["ca.pem"], "-noout",
        ])
        #expect(judged.status == 0, "\(judged.errors)")
    }

    @Test(
        "A path that leads elsewhere, or to what is not published, leads nowhere",
        arguments: [
            "/v1/chain/../keys", "/v1/chain/%2e%2e%2fkeys.json", "/v1/crl/..%2f..%2frotation.yaml", "/v1/crl/.hidden",
            "/v1/crl/", "/v1/chain/", "/v1/chain/fleet-ca-1.pem", "/v1/chain/fleet-ca-1/", "/v1/chain/a/b",
            "/v1/chain/..",
            "/v1/crl/fleet-ca-1.crl%00", "/v1/crl/\u{0}", "/v1/Manifest", "/v1/manifest/", "//v1/manifest", "/v1",
            "", "/", "*", "/v1/manifests/d1", "/.well-known/est/", "/.well-known/est/serverkeygen", "/authorise",
            "/revoked", "/v1/crl/fleet~ca", "/v1/crl/\(String(repeating: "a", count: 129))", "/v1/chain/nobody",
            "/v1/crl/é.crl",
        ])
    func nowhere(_ path: String) async throws {
        let fleet = try GateFleet()
        let d1 = try fleet.add("d1")
        try fleet.load()
        try await fleet.run()
        let response = await fleet.get(path, as: d1)
        #expect(response.status == 404, "\(response.text)")
        #expect(["not-found", "not-published"].contains(response.code))
    }

    @Test("A method that a path does not have is refused with those that it has")
    func methods() async throws {
        let fleet = try GateFleet()
        let d1 = try fleet.add("d1")
        try fleet.load()
        for (path, allowed) in [
            ("/v1/manifest", "GET, HEAD"), ("/v1/keys.json", "GET, HEAD"), ("/v1/chain/fleet-ca-1", "GET, HEAD"),
            ("/v1/crl/fleet-ca-1.crl", "GET, HEAD"), ("/v1/csr", "POST"), ("/v1/ack", "POST"),
            ("/.well-known/est/cacerts", "GET, HEAD"), ("/.well-known/est/csrattrs", "GET, HEAD"),
            ("/.well-known/est/simpleenroll", "POST"), ("/.well-known/est/simplereenroll", "POST"),
        ] {
            for method in ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "get", ""]
            where !allowed.split(separator: ", ").contains(Substring(method)) {
                let response = await fleet.ask(method, path, as: d1)
                #expect(response.status == 405, "\(method) \(path)")
                #expect(response.code == "method-not-allowed")
                #expect(response.header("allow") == allowed)
            }
        }
    }

    @Test("A published file that is none is not served, and the operator is told")
    func damaged() async throws {
        let fleet = try GateFleet()
        let d1 = try fleet.add("d1")
        try fleet.load()
        try await fleet.run()
        try FileManager.default.removeItem(atPath: fleet.folder["delivery/keys.json"])
        try FileManager.default.createSymbolicLink(
            atPath: fleet.folder["delivery/keys.json"], withDestinationPath: fleet.folder["manifest.key"])
        let response = await fleet.get("/v1/keys.json", as: d1)
        #expect(response.status == 503)
        #expect(response.code == "unavailable")
        #expect(!response.text.contains(fleet.folder.path))
        #expect(fleet.troubles.all.count == 1)
        try FileManager.default.removeItem(atPath: fleet.folder["delivery"])
        #expect(await fleet.get("/v1/manifest", as: d1).code == "no-manifest")
    }
}
