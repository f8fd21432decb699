import Fleet
import Foundation
import PKI
import Planning
import RotationModel
import RotationTesting

@testable import Job

extension TestFleet {
    private var saved: String { folder["saved/fleet.sqlite"] }

    /// Keeps the inventory as it is now.
    func save() throws {
        try FileManager.default.createDirectory(atPath: folder["saved"], withIntermediateDirectories: true)
        _ = try InventoryBackup(workspace, clock: FixedClock(TestFleet.now)).make(at: saved, overwrites: true)
    }

    /// Puts what was kept back, as an operator would.
    func restoreSaved() throws {
        let path = workspace.configuration.inventory.text
        for suffix in ["", "-wal", "-shm"] where FileManager.default.fileExists(atPath: path + suffix) {
            try FileManager.default.removeItem(atPath: path + suffix)
        }
        try FileManager.default.copyItem(atPath: saved, toPath: path)
    }

    func recover(at: Timestamp) async throws -> RecoveryReport {
        try await DeliveryRecovery(workspace, at: at, actor: "test", clock: FixedClock(at)).perform()
    }

    func revokeNow(_ device: String, _ reason: RevocationReason, at: Timestamp) async throws {
        _ = try await RevocationService(workspace, at: at, actor: "test", clock: FixedClock(at))
            .carryOut(ManualRevocation(target: .device(DeviceID(checked: device)), reason: reason))
    }

    var list: RevocationList {
        get throws { try RevocationList(reading: try folder.read("delivery/crl/fleet-ca-1.crl")) }
    }

    func sequences(_ devices: [String]) throws -> [Int] { try devices.map { try manifest($0).sequence } }
}
