import RotationModel

/// The registry's tables in PostgreSQL, by version: those of SQLite's schema of the same number, column by column.
enum PostgresSchema {
    /// The version that these tables have; the first that there was for PostgreSQL.
    static let version = 10

    enum Purpose { case creating, writing }

    /// All statements that make an empty registry in the schema of the search path.
    static let script = [
        PostgresTables.fleet, PostgresTables.rotations, PostgresTables.revocations, PostgresTables.records,
        PostgresTables.rollouts, PostgresListings.tables, PostgresListings.triggers,
        "CREATE TABLE registry_version (version INTEGER NOT NULL);\nINSERT INTO registry_version VALUES (\(version));",
    ].joined(separator: "\n\n")
        // Texts are compared by their bytes, as in SQLite, whatever language the database speaks.
        .replacing(" TEXT", with: " TEXT COLLATE \"C\"")

    /// Makes the registry, or checks that there is one.
    static func prepare(_ connection: PostgresConnection, _ location: PostgresLocation, for purpose: Purpose) throws {
        guard purpose == .creating else { return try check(connection, location) }
        try connection.execute("BEGIN")
        do {
            // Two hosts that make it at once make it one after the other.
            try connection.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended('rotation-job \(location.schema)', 1))")
            guard try found(connection, location) == nil else {
                throw RotationError(
                    .io, "there is a registry in it already", at: location.text,
                    advice: "a registry is never overwritten; name another database, or another schema")
            }
            try connection.execute("CREATE SCHEMA IF NOT EXISTS \(location.schema)")
            try connection.execute(script)
            try connection.commit()
        } catch {
            connection.rollback()
            throw error
        }
    }

    /// - Throws: ``RotationError/Code/inventory`` where there is none of a version that this program knows.
    static func check(_ connection: PostgresConnection, _ location: PostgresLocation) throws {
        guard let found = try found(connection, location) else {
            throw RotationError(
                .inventory, "there is no registry in it", at: location.text,
                advice: "make one with `rotation-job init --inventory`, or name the right database in rotation.yaml")
        }
        guard found == version else {
            throw RotationError(
                .inventory,
                "the registry was written by a \(found > version ? "newer" : "older") version of rotation-job (\(found); this one knows \(version))",
                at: location.text, advice: "use that version or a later one")
        }
    }

    static func found(_ connection: PostgresConnection, _ location: PostgresLocation) throws -> Int? {
        let exists = try Query(connection, "SELECT to_regclass(?) IS NOT NULL")
            .first([.text("\(location.schema).registry_version")]) { $0.integer(0) == 1 }
        guard exists == true else { return nil }
        return try Query(connection, "SELECT version FROM registry_version").first { Int($0.integer(0)) }
    }
}
