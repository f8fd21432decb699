import PKI
import RotationModel
import RotationTesting
import Testing

@testable import Issuing

@Suite("What an external issuer answers is held against what was ordered")
struct AnswerCheckTests {
    /// An order like another one, with something changed.
    private static func changed(
        _ order: CertificateOrder, subject: DistinguishedName? = nil, names: [GeneralName] = [],
        start: TimeSpan = .zero, end: TimeSpan = .zero, key: PublicKeyInfo? = nil
    ) -> CertificateOrder {
        CertificateOrder(
            serialNumber: order.serialNumber, subject: subject ?? order.subject, subjectAlternativeNames: names,
            notBefore: order.notBefore + start, notAfter: order.notAfter + end, publicKey: key ?? order.publicKey)
    }

    /// The message about the first certificate that differs.
    private func difference(
        by other: ThrowawayPKI? = nil, _ changing: (CertificateOrder) -> CertificateOrder = { $0 }
    ) async throws -> String {
        let external = try Misbehaving(count: 2, changing: changing, by: other)
        let issued = try await external.ask("good")
        #expect(issued.story == ["open", "open"])
        let failure = try #require(issued.failure)
        #expect(failure.code == .cryptography)
        #expect(failure.place == "authority outside, device d0")
        return failure.message
    }

    @Test("Another subject, other names, another key")
    func names() async throws {
        let other = ThrowawayPKI.name("someone")
        #expect(try await difference { Self.changed($0, subject: other) }.contains("the subject is CN=someone"))
        #expect(try await difference { Self.changed($0, names: [.dns("a.example")]) }.contains("SubjectAltName"))
        let key = try PrivateKey.generate(.ecdsaP256).publicKey
        #expect(try await difference { Self.changed($0, key: key) }.contains("public key"))
    }

    @Test("Dates after those that were ordered, or more than a day before them")
    func dates() async throws {
        let day = TimeSpan.days(1), second = TimeSpan(seconds: 1), before = TimeSpan(seconds: -86_401)
        #expect(try await difference { Self.changed($0, start: second) }.contains("notBefore is"))
        #expect(try await difference { Self.changed($0, end: second) }.contains("notAfter is"))
        #expect(try await difference { Self.changed($0, start: before) }.contains("notBefore is"))
        #expect(try await difference { Self.changed($0, end: before) }.contains("up to 1d before"))
        let earlier = TimeSpan(seconds: -day.seconds)
        let replayed = try Misbehaving(changing: { Self.changed($0, start: earlier, end: earlier) })
        #expect(try await replayed.ask("good").failure == nil)
    }

    @Test("A signature by another authority of the same name")
    func signature() async throws {
        let other = try ThrowawayPKI(now: Misbehaving.now)
        #expect(try await difference(by: other).contains("the signature is not by the key of"))
    }

    @Test("The certificate of another device")
    func swapped() async throws {
        let external = try Misbehaving()
        let issued = try await external.ask("swaps")
        #expect(issued.story == ["issued", "open", "open", "open", "open"])
        #expect(issued.failure?.place == "authority outside, device d1")
        #expect(issued.failure?.message.contains("the subject is CN=d2") == true)
    }

    @Test("A chain that does not hold the authority's certificate is refused; one that does is fine")
    func chain() async throws {
        let external = try Misbehaving()
        #expect(try await external.ask("wrong-chain").failure?.message.contains("the chain does not hold") == true)
        #expect(try await external.ask("right-chain").failure == nil)
    }
}
