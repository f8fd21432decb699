import RotationModel
import Testing

@testable import Fleet

@Suite("What CRLs are made of")
struct CRLTests {
    private static func workspace() throws -> Workspace {
        let workspace = try Workspace([
            FakeDevice("a", certificates: [("ACTIVE", FakeCertificate(name: "a", notAfter: 7, serial: [0x0A]))]),
            FakeDevice("b", certificates: [("ACTIVE", FakeCertificate(name: "b", serial: [0x0B]))]),
            FakeDevice("c", certificates: [("ACTIVE", FakeCertificate(name: "c", issuer: "CN=B", serial: [0x0C]))]),
        ])
        try workspace.beginRun("r")
        return workspace
    }

    private func revoked(_ workspace: Workspace, _ issuers: [String], after id: Int64 = 0) throws
        -> [RevokedCertificate]
    {
        var found: [RevokedCertificate] = []
        try workspace.inventory.forEachRevoked(issuers: issuers, after: id) { found.append($0) }
        return found
    }

    @Test("Revoked certificates are found by issuer, in the order of their revocation, and what is new is told")
    func forEachRevoked() throws {
        let workspace = try Self.workspace()
        #expect(try workspace.inventory.lastRevocation(issuers: ["CN=Test CA", "CN=B", "CN=none"]) == 0)
        let order = try workspace.order("lot")
        for (hour, device) in ["b", "c", "a"].enumerated() {
            try workspace.inventory.revoke(
                [.fake(workspace.certificates(device)[0], order: order)], run: "r",
                at: Workspace.now + .hours(Int64(hour)))
        }
        let ours = try revoked(workspace, ["CN=Test CA"])
        #expect(ours.map(\.serialNumber.bytes) == [[0x0B], [0x0A]])
        #expect(ours.map(\.revokedAt) == [Workspace.now, Workspace.now + .hours(2)])
        #expect(ours.map(\.reason) == [.keyCompromise, .keyCompromise])
        #expect(ours.map(\.notAfter.seconds) == [9_000_000, 7])
        #expect(try revoked(workspace, ["CN=Test CA"], after: ours[0].id) == [ours[1]])
        #expect(try revoked(workspace, ["CN=B", "CN=Test CA"]).map(\.serialNumber.bytes) == [[0x0C], [0x0B], [0x0A]])
        #expect(try revoked(workspace, ["CN=none"]) == [])
        #expect(try workspace.inventory.lastRevocation(issuers: ["CN=Test CA"]) == ours[1].id)
        let other = try revoked(workspace, ["CN=B"])
        #expect(try workspace.inventory.lastRevocation(issuers: ["CN=B", "CN=none"]) == other[0].id)
        #expect(ours[0].id < other[0].id && other[0].id < ours[1].id)
    }

    private func begin(
        _ workspace: Workspace, _ day: Int64, covers: Int64 = 0, atLeast: UInt64 = 1, name: String = "ca.crl"
    ) throws -> CRLState {
        try workspace.inventory.beginCRL(
            name: name, authority: "ca-1", thisUpdate: Workspace.now + .days(day),
            nextUpdate: Workspace.now + .days(day + 7), covers: covers, numberAtLeast: atLeast, run: "r",
            at: Workspace.now)
    }

    @Test("A CRL's number only grows, published or not, and each name counts for itself")
    func numbers() throws {
        let workspace = try Self.workspace()
        #expect(try workspace.inventory.crlState("ca.crl") == nil)
        #expect(try begin(workspace, 0).number == 1)
        #expect(try begin(workspace, 1).number == 2)
        #expect(try begin(workspace, 2, atLeast: 40).number == 40)
        #expect(try begin(workspace, 3, covers: 9, atLeast: 7).number == 41)
        #expect(try begin(workspace, 3, name: "other.crl").number == 1)
        let state = try #require(try workspace.inventory.crlState("ca.crl"))
        #expect(state.authority == "ca-1" && state.covers == 9 && !state.isPublished)
        #expect(state.thisUpdate == Workspace.now + .days(3) && state.nextUpdate == Workspace.now + .days(10))
        #expect(try workspace.audited(.crlIssued).count == 5)
        #expect(try workspace.audited(.crlIssued)[3].contains(#""number":41"#))
    }

    @Test("Numbers that run out are an error, not a number that was used")
    func lastNumber() throws {
        let workspace = try Self.workspace()
        #expect(try begin(workspace, 0, atLeast: UInt64(Int64.max)).number == UInt64(Int64.max))
        #expect(throws: RotationError.self) { try begin(workspace, 1) }
        #expect(throws: RotationError.self) { try begin(workspace, 1, atLeast: .max) }
        #expect(try workspace.inventory.crlState("ca.crl")?.number == UInt64(Int64.max))
    }

    @Test("The update before is that of the last CRL that was published, whatever was begun in between")
    func previousUpdate() throws {
        let workspace = try Self.workspace()
        let first = try begin(workspace, 0)
        #expect(first.previousUpdate == nil)
        // It died before it was published: nobody has seen it.
        let second = try begin(workspace, 1)
        #expect(second.previousUpdate == nil)
        try workspace.inventory.markCRLPublished("ca.crl", number: first.number)
        #expect(try workspace.inventory.crlState("ca.crl")?.isPublished == false)
        try workspace.inventory.markCRLPublished("ca.crl", number: second.number)
        #expect(try workspace.inventory.crlState("ca.crl")?.isPublished == true)
        for day in Int64(2)...3 {
            #expect(try begin(workspace, day).previousUpdate == second.thisUpdate)
        }
    }
}
