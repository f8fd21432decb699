import RotationModel

/// Things and attachments of an AWS IoT folder, in temporary tables of the importing connection.
struct ThingTables {
    struct Thing {
        var device: DeviceID
        var labels: Labels
    }

    private let database: any Database
    private let addThing: Query
    private let findThing: Query
    private let addAttachment: Query
    private let findAttached: Query
    private let markAttachments: Query

    init(_ database: any Database) throws {
        self.database = database
        try database.execute(
            """
            DROP TABLE IF EXISTS imported_things;
            DROP TABLE IF EXISTS imported_attachments;
            CREATE TEMP TABLE imported_things (
              name TEXT PRIMARY KEY, labels TEXT NOT NULL, account TEXT, line INTEGER NOT NULL);
            CREATE TEMP TABLE imported_attachments (
              fingerprint \(database.dialect.blob) NOT NULL, thing TEXT NOT NULL, line INTEGER NOT NULL,
              seen INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (fingerprint, thing));
            CREATE INDEX imported_attachments_of_thing ON imported_attachments (thing);
            """)
        addThing = try Query(
            database,
            "INSERT INTO imported_things (name, labels, account, line) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING")
        findThing = try Query(database, "SELECT 1 FROM imported_things WHERE name = ?")
        addAttachment = try Query(
            database,
            "INSERT INTO imported_attachments (fingerprint, thing, line) VALUES (?, ?, ?) ON CONFLICT DO NOTHING")
        findAttached = try Query(
            database,
            """
            SELECT t.name, t.labels FROM imported_attachments a JOIN imported_things t ON t.name = a.thing
            WHERE a.fingerprint = ? ORDER BY t.name
            """)
        markAttachments = try Query(database, "UPDATE imported_attachments SET seen = 1 WHERE fingerprint = ?")
    }

    /// False where there is one of that name already.
    func add(_ device: DeviceID, labels: Labels, account: String?, line: Int) throws -> Bool {
        try addThing.changes([.text(device.text), .text(labels.canonicalJSON), .optional(account), .count(line)]) == 1
    }

    func contains(_ name: String) throws -> Bool { try findThing.exists([.text(name)]) }

    func attach(_ fingerprint: Fingerprint, to thing: String, line: Int) throws {
        try addAttachment.run([.digest(fingerprint.digest), .text(thing), .count(line)])
    }

    func attached(_ fingerprint: Fingerprint) throws -> [Thing] {
        try findAttached.all([.digest(fingerprint.digest)]) {
            Thing(device: DeviceID(checked: $0.text(0)), labels: try Labels(canonicalJSON: $0.text(1)))
        }
    }

    func markSeen(_ fingerprint: Fingerprint) throws {
        try markAttachments.run([.digest(fingerprint.digest)])
    }

    func forEachUnseenAttachment(_ body: (Fingerprint, _ thing: String, _ line: Int) throws -> Void) throws {
        try Query(
            database,
            "SELECT fingerprint, thing, line FROM imported_attachments WHERE seen = 0 ORDER BY line, fingerprint"
        )
        .forEach { try body($0.fingerprint(0), $0.text(1), Int($0.integer(2))) }
    }

    func forEachWithoutCertificate(_ body: (Thing, _ account: String?, _ line: Int) throws -> Void) throws {
        try Query(
            database,
            """
            SELECT name, labels, account, line FROM imported_things t
            WHERE NOT EXISTS (SELECT 1 FROM imported_attachments a WHERE a.thing = t.name) ORDER BY line
            """
        ).forEach { row in
            let thing = Thing(device: DeviceID(checked: row.text(0)), labels: try Labels(canonicalJSON: row.text(1)))
            try body(thing, row.optionalText(2), Int(row.integer(3)))
        }
    }
}
