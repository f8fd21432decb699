import Foundation
import PKI
import RotationModel
import RotationTesting
import Testing

@testable import Issuing

@Suite("What an external issuer is asked")
struct IssuerOrderTests {
    private let key = try? PrivateKey.generate(.ecdsaP256).publicKey

    @Test("The id stays the same for the rest of the day, whatever the run and its serial number")
    func sameID() throws {
        let key = try #require(key)
        let first = try Misbehaving.order("d", key: key, at: "2026-12-01T00:05:00Z")
        let last = try Misbehaving.order("d", key: key, at: "2026-12-02T00:04:59Z")
        #expect(first.id == last.id)
        #expect(first.id.utf8.count == 32)
    }

    @Test("The id is another one for another device, rotation, key or day")
    func otherID() throws {
        let key = try #require(key)
        let at: Timestamp = "2026-12-01T12:00:00Z"
        let orders = [
            try Misbehaving.order("d", key: key, at: at), try Misbehaving.order("e", key: key, at: at),
            try Misbehaving.order("d", key: key, rotation: 2, at: at),
            try Misbehaving.order("d", key: PrivateKey.generate(.ecdsaP256).publicKey, at: at),
            try Misbehaving.order("d", key: key, at: at + .days(1)),
        ]
        #expect(Set(orders.map(\.id)).count == orders.count)
    }

    @Test("A request is one line with all that docs/issuers.md says")
    func line() throws {
        let key = try #require(key)
        let order = try Misbehaving.order("d", key: key)
        let line = order.line(id: order.id)
        #expect(line.last == UInt8(ascii: "\n") && line.count { $0 == UInt8(ascii: "\n") } == 1)
        let request = try #require(try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any])
        let page = try String(contentsOfFile: Misbehaving.root + "/docs/issuers.md", encoding: .utf8)
        let example = try #require(
            page.components(separatedBy: "```json\n").dropFirst().first?.components(separatedBy: "```").first)
        let written = try #require(try JSONSerialization.jsonObject(with: Data(example.utf8)) as? [String: Any])
        #expect(Set(request.keys) == Set(written.keys))
        #expect(request["csr"] is NSNull)
        #expect(request["subject"] as? String == "CN=d,O=Example Devices")
        #expect(request["notBefore"] as? String == "2026-11-30T23:55:00Z")
        let profile = try #require(request["profile"] as? [String: Any])
        #expect(profile["keyUsage"] as? [String] == ["digitalSignature", "keyAgreement"])
        #expect(Set(profile.keys) == Set((written["profile"] as? [String: Any] ?? [:]).keys))
    }
}
