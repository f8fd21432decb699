import Delivery
import Fleet
import Foundation
import PKI
import Planning
import RotationModel
import RotationTesting
import Testing

@testable import Job

@Suite("What is issued")
struct IssuedCertificateTests {
    /// Runs once and gives what one device gets.
    private func issue(
        _ device: String = "d1", profile: ProfileText = ProfileText(), authority: String = "",
        labels: [String: String] = [:], account: String = "111122223333", at: Timestamp = TestFleet.now,
        prepare: (TestFleet) throws -> Void = { _ in }
    ) async throws -> (certificate: Certificate, manifest: ReadManifest, fleet: TestFleet) {
        let fleet = try TestFleet(policies: policyFile([PolicyText(rekey: "allowed")], [profile]), authority: authority)
        try fleet.add(device, labels: labels, account: account)
        try prepare(fleet)
        try await fleet.load().run(at: at)
        let manifest = try fleet.manifest(device)
        return (try manifest.certificate, manifest, fleet)
    }

    @Test("A certificate has what its profile says, and is signed by its authority")
    func fields() async throws {
        let (certificate, _, fleet) = try await issue(authority: "crl: { url: \"http://crl.example.com/1.crl\" }")
        let authority = fleet.pki.authority.certificate
        #expect(try certificate.isSigned(by: authority.publicKey))
        #expect(certificate.issuer == authority.subject)
        #expect(certificate.signatureAlgorithm == .ecdsaWithSHA256)
        #expect(certificate.publicKey == fleet.keys["d1"]?.publicKey)
        #expect(certificate.notBefore == TestFleet.now - .minutes(5))
        #expect(certificate.notAfter == TestFleet.now + .days(90))
        #expect(certificate.subject.text == "CN=d1,O=Example Devices")
        #expect(certificate.subjectAlternativeNames == [.uri("urn:device:111122223333:d1")])
        #expect(certificate.keyUsage == [.digitalSignature, .keyAgreement])
        #expect(certificate.extendedKeyUsage == ["1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.1"])
        #expect(certificate.isAuthority == false)
        #expect(certificate.authorityKeyIdentifier == authority.subjectKeyIdentifier)
        #expect((16...20).contains(certificate.serialNumber.bytes.count))
        #expect(certificate.der.contains(subsequence: Array("http://crl.example.com/1.crl".utf8)))
    }

    @Test("The inventory has it as PENDING_ACTIVATION, beside the old one, which stays ACTIVE")
    func recorded() async throws {
        let (certificate, _, fleet) = try await issue()
        let story = try fleet.story("d1")
        let listed = try #require(story.listing.certificates.first { $0.fingerprint == certificate.fingerprint })
        #expect(listed.status == .pendingActivation)
        #expect(listed.authority == "fleet-ca-1")
        #expect((listed.notAfter, listed.serialNumber) == (certificate.notAfter, certificate.serialNumber))
        #expect(story.listing.certificates.map(\.status.rawValue).sorted() == ["ACTIVE", "PENDING_ACTIVATION"])
        #expect(story.rotations.first?.newCertificate == certificate.fingerprint)
        #expect(story.rotations.first?.cause.policy?.name == "sensors")
        #expect(story.isManifestPublished)
    }

    @Test("Every key of a profile can be certified", arguments: ["ecdsa-p256", "ecdsa-p384", "ecdsa-p521", "rsa-2048"])
    func keys(_ algorithm: String) async throws {
        let fleet = try TestFleet(policies: policyFile([PolicyText()], [ProfileText(keys: "[\(algorithm)]")]))
        try fleet.add("d1")
        try fleet.load()
        let key = try fleet.handIn("d1", algorithm: KeyAlgorithm(algorithm))
        try await fleet.run()
        #expect(try fleet.manifest("d1").certificate.publicKey == key.publicKey)
    }

    @Test("No certificate outlives its authority")
    func authorityEnd() async throws {
        let end = TestFleet.now + .days(40)
        let (certificate, manifest, _) = try await issue { fleet in
            let short = try SelfSigned.authority(
                subject: fleet.pki.authority.certificate.subject, key: fleet.pki.key,
                notBefore: TestFleet.now - .days(400), notAfter: end, serial: ThrowawayPKI.serial("short"))
            try fleet.folder.write("ca.pem", short.pem)
        }
        #expect(certificate.notAfter == end)
        #expect(manifest.chain.count == 1)
    }

    @Test(
        "Names are made from the device's id, account and labels, whatever characters they have",
        arguments: [
            ("d1", ["site": "north"], "CN=d1,OU=north"),
            ("a,b", ["site": "x+y"], #"CN=a\,b,OU=x\+y"#),
            ("日本", ["site": "Köln"], "CN=日本,OU=Köln"),
            ("\"q\"<>;", ["site": "#1"], ##"CN=\"q\"\<\>\;,OU=\#1"##),
        ])
    func names(_ device: String, _ labels: [String: String], _ subject: String) async throws {
        let profile = ProfileText(
            subject: "CN={device},OU={label:site}",
            alternativeNames: "[\"URI:urn:device:{account}:{device}\", \"URI:urn:site:{label:site}\"]")
        let (certificate, manifest, _) = try await issue(device, profile: profile, labels: labels)
        #expect(certificate.subject.text == subject)
        #expect(manifest.json["device"] as? String == device)
        let uris = certificate.subjectAlternativeNames.compactMap { if case .uri(let text) = $0 { text } else { nil } }
        #expect(uris.count == 2)
        // URIs are ASCII (RFC 3986): what a reader gets back is the id.
        #expect(uris.first?.removingPercentEncoding == "urn:device:111122223333:\(device)")
        #expect(uris.allSatisfy { $0.utf8.allSatisfy { $0 < 0x80 } })
    }

    @Test("The manifest carries the chain, the authority's certificate first, and so does the tree")
    func chain() async throws {
        let root = try ThrowawayPKI(now: TestFleet.now, subject: "Root")
        let (_, manifest, fleet) = try await issue(authority: "chain: [root.pem]") { fleet in
            try fleet.folder.write("root.pem", root.authority.certificate.pem)
        }
        let expected = [fleet.pki.authority.certificate.pem, root.authority.certificate.pem]
        #expect(manifest.chain == expected)
        #expect(try fleet.folder.read("delivery/authorities/fleet-ca-1.pem") == Array(expected.joined().utf8))
        let keys =
            try JSONSerialization.jsonObject(with: Data(fleet.folder.read("delivery/keys.json"))) as? [String: Any]
        let ids = (keys?["keys"] as? [[String: String]])?.map { $0["kid"] }
        #expect(ids == [try JSONWebKey(fleet.manifestKey.publicKey).thumbprint])
    }

    @Test("A manifest is bound to its device and account, and to its time")
    func manifest() async throws {
        let (_, manifest, fleet) = try await issue(account: "444455556666")
        #expect(manifest.json["device"] as? String == "d1")
        #expect(manifest.json["account"] as? String == "444455556666")
        #expect(manifest.json["issued"] as? String == TestFleet.now.rfc3339)
        #expect(manifest.expires == TestFleet.now + .days(30))
        #expect(manifest.reason == "expiring")
        #expect(manifest.json["run"] as? String == (try fleet.inventory().recentRuns(limit: 1).first?.id.text))
    }

    @Test("Batches of any size issue the whole plan, in its order", arguments: [1, 7, 20, 500])
    func batches(_ size: Int) async throws {
        let policy = PolicyText(rekey: "allowed", rollout: "{ batch: \(size) }")
        let fleet = try TestFleet(policies: policyFile([policy]))

        for number in 0..<20 { try fleet.add("d\(number)", left: .days(Int64(25 - number))) }
        let outcome = try await fleet.load().run()
        #expect(outcome.lines == (0..<20).reversed().map { "d\($0) issued" })
        for number in 0..<20 { #expect(try fleet.manifest("d\(number)").sequence == 1) }
        #expect(Set(outcome.results.compactMap(\.certificate)).count == 20)
    }
}

extension [UInt8] {
    fileprivate func contains(subsequence part: [UInt8]) -> Bool {
        indices.contains { self[$0...].starts(with: part) }
    }
}
