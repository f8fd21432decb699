import Lifecycle
import RotationModel
import Testing

@testable import Fleet

@Suite("Serial numbers of external issuers, as the inventory records them")
struct ExternalSerialTests {
    private func states(_ workspace: Workspace) throws -> [String] {
        try workspace.tables.read { database in
            try Query(database, "SELECT state FROM reservations ORDER BY id").all { $0.text(0) }
        }
    }

    @Test("An external issuer may number its certificates itself; the number that was set aside is given up")
    func chosenOutside() throws {
        let workspace = try Workspace([FakeDevice("d")])
        let device = try workspace.planningDevice("d")
        let run = try workspace.beginRun("r")
        let reservation = try workspace.reserveOne(device, key: "k", serial: 1, run: run)
        let issued = try reservation.signed(key: "k", serial: [0x77], choice: .issuer)
        let manifests = try workspace.inventory.record([issued], run: run, at: Workspace.now)
        #expect(manifests.first?.certificateDER == issued.columns.der)
        #expect(try states(workspace) == ["abandoned"])
        #expect(try workspace.show("d").rotations.map(\.state) == [.issued])
        // That a rotation has its replacement does not hang on the reservation.
        try workspace.inventory.take([.fake(device, key: "k2")], refused: [], run: run, at: Workspace.now)
        let again = try workspace.inventory.reserve([.fake(device, serial: 2)], batch: "b", run: run, at: Workspace.now)
        #expect(again.reserved.isEmpty)
        #expect(again.skipped.first?.why.contains("has a replacement already") == true)
    }

    @Test("Where it took the number that it was given, that one is used")
    func asWished() throws {
        let workspace = try Workspace([FakeDevice("d")])
        let device = try workspace.planningDevice("d")
        let run = try workspace.beginRun("r")
        let reservation = try workspace.reserveOne(device, key: "k", serial: 1, run: run)
        _ = try workspace.inventory.record([reservation.signed(key: "k", choice: .issuer)], run: run, at: Workspace.now)
        #expect(try states(workspace) == ["recorded"])
    }

    @Test(
        "This job's own authorities sign what was reserved and nothing else; nobody signs another key",
        arguments: [true, false])
    func ownAuthority(isOtherSerial: Bool) throws {
        let workspace = try Workspace([FakeDevice("d")])
        let device = try workspace.planningDevice("d")
        let run = try workspace.beginRun("r")
        let reservation = try workspace.reserveOne(device, key: "k", serial: 1, run: run)
        let wrong =
            isOtherSerial
            ? try reservation.signed(key: "k", serial: [0x77]) : try reservation.signed(key: "other", choice: .issuer)
        let error = #expect(throws: RotationError.self) {
            try workspace.inventory.record([wrong], run: run, at: Workspace.now)
        }
        #expect(error?.code == .inventory)
        #expect(try states(workspace) == ["reserved"])
    }

    @Test("Serial numbers in use are those of one issuer, imported ones as well")
    func inUse() throws {
        let workspace = try Workspace([
            FakeDevice("a", certificates: [("ACTIVE", FakeCertificate(name: "a", serial: [0x11]))]),
            FakeDevice("b", certificates: [("INACTIVE", FakeCertificate(name: "b", serial: [0x22]))]),
        ])
        let issuer = try #require(try workspace.show("a").listing.certificates.first?.issuer)
        let asked = Set([[0x11], [0x22], [0x33]].map { SerialNumber(bytes: $0) })
        #expect(
            try workspace.inventory.serialsInUse(asked, issuer: issuer)
                == [SerialNumber(bytes: [0x11]), SerialNumber(bytes: [0x22])])
        #expect(try workspace.inventory.serialsInUse(asked, issuer: "CN=Another") == [])
    }

    @Test("A CSR is kept whole for those who want to see it, and comes with the reservation")
    func request() throws {
        let workspace = try Workspace([FakeDevice("d")])
        let device = try workspace.planningDevice("d")
        let run = try workspace.beginRun("r")
        var taken = TakenRequest.fake(device, key: "k")
        taken.csr = [0x30, 0x01, 0x00]
        try workspace.inventory.take([taken], refused: [], run: run, at: Workspace.now)
        let reserved = try workspace.inventory.reserve(
            [.fake(device, serial: 1)], batch: "b", run: run, at: Workspace.now)
        #expect(reserved.reserved.map(\.csr) == [[0x30, 0x01, 0x00]])
    }
}
