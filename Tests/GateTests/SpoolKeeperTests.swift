import Delivery
import Foundation
import RotationModel
import RotationTesting
import Testing

@testable import Gate

@Suite("What the gate keeps of who was there")
struct SpoolKeeperTests {
    private let folder: TemporaryFolder
    private let keeper: SpoolKeeper
    private let inbox: Inbox

    init() throws {
        folder = try TemporaryFolder()
        keeper = SpoolKeeper(try Spool(root: folder["gate"]))
        inbox = Inbox(root: folder.path, acceptsGate: true)
    }

    private func sighting(_ digit: String, provesReplacement: Bool) throws -> Sighting {
        Sighting(
            device: DeviceID(checked: "d\(digit)"), account: AccountID(checked: "111122223333"),
            certificate: try #require(Fingerprint(hex: String(repeating: digit, count: 64))), at: GateFleet.now,
            via: .tls, provesReplacement: provesReplacement)
    }

    private func noted() throws -> Set<Fingerprint> {
        Set(try inbox.seen.names().flatMap { try SeenNote(reading: inbox.seen.read($0)).seen.keys })
    }

    @Test("A new certificate that proves itself is durable at once; who else was there is noted with the minute")
    func replacement() async throws {
        let (usual, new) = (
            try sighting("1", provesReplacement: false), try sighting("2", provesReplacement: true)
        )
        await keeper.saw(usual)
        #expect(try noted().isEmpty)
        await keeper.saw(new)
        await keeper.saw(new)
        #expect(try noted() == [new.certificate] && inbox.seen.names().count == 1)
        try await keeper.note()
        #expect(try noted() == [new.certificate, usual.certificate])
    }

    @Test("Where it cannot be kept at once, it is noted with the others")
    func later() async throws {
        let new = try sighting("2", provesReplacement: true)
        try FileManager.default.moveItem(atPath: folder["gate"], toPath: folder["away"])
        await keeper.saw(new)
        try FileManager.default.moveItem(atPath: folder["away"], toPath: folder["gate"])
        try await keeper.note()
        #expect(try noted() == [new.certificate])
    }
}
