import Foundation
import RotationModel
import Testing

@testable import Fleet

/// The engine that the contract is asked of: SQLite, or a server that `ROTATION_TEST_POSTGRES` names (see `scripts/with-postgres`).
enum TestEngine {
    static let server = ProcessInfo.processInfo.environment["ROTATION_TEST_POSTGRES"]
    static var isSQLite: Bool { server == nil }

    /// A registry of its own.
    static func create(in folder: TemporaryFolder) throws -> SQLFleet {
        guard let server else { return try SQLFleet.create(sqlite: folder.file("fleet.sqlite"), sha256: fakeSHA256) }
        return try SQLFleet.create(postgres: location(on: server), sha256: fakeSHA256)
    }

    /// A schema that nobody has.
    static func location(on server: String) throws -> PostgresLocation {
        try PostgresLocation(server, schema: "test_" + UUID().uuidString.lowercased().replacing("-", with: "_"))
    }

    /// Opens the registry of a workspace once more, as another process does.
    static func open(_ tables: SQLFleet, _ access: InventoryAccess) throws -> SQLFleet {
        guard let engine = tables.engine as? PostgresEngine else {
            return try SQLFleet(sqlite: tables.place, access: access, sha256: fakeSHA256, keys: fakeKeys)
        }
        return try SQLFleet(postgres: engine.location, access: access, sha256: fakeSHA256)
    }

    /// Takes away what keeps the audit from being changed, as somebody can who owns the tables.
    static func allowChangesOfAudit(_ database: any Database) throws {
        let triggers =
            isSQLite ? ["audit_is_not_changed", "audit_is_not_deleted"] : ["audit_is_append_only ON audit"]
        for trigger in triggers { try database.execute("DROP TRIGGER IF EXISTS \(trigger)") }
    }
}
