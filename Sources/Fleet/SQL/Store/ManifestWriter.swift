import Basics
import RotationModel

/// Writes the manifest that a device is to pick up: each replaces the one before it.
struct ManifestWriter {
    private let current: Query
    private let remove: Query
    private let add: Query

    /// - Parameter isRecovering: Whether sequences are learned from the delivery tree meanwhile.
    init(_ database: any Database, isRecovering: Bool = false) throws {
        // Nearly every inventory was never brought forward, and asks for nothing then.
        let isRecovered =
            try isRecovering || Query(database, "SELECT 1 FROM recovered_sequences LIMIT 1").exists([])
        current = try Query(
            database,
            isRecovered
                ? """
                SELECT max(sequence) FROM (SELECT sequence FROM manifests WHERE device = ?1 UNION ALL
                  SELECT f.sequence FROM devices d JOIN recovered_sequences f ON f.device = d.name WHERE d.id = ?1) known
                """ : "SELECT sequence FROM manifests WHERE device = ?")
        // Not changed in place: rows are appended, so that a batch writes neighbouring pages.
        remove = try Query(database, "DELETE FROM manifests WHERE device = ?")
        add = try Query(
            database,
            """
            INSERT INTO manifests (device, sequence, action, rotation, reason_code, reason_text, run, issued,
              expires, request_keys, request_subject, refused, published)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)
            """)
    }

    /// One more than the device's last manifest has, also where that is known from the delivery tree alone.
    func nextSequence(of device: Int64) throws -> Int {
        Int(try current.first([.integer(device)]) { $0.integer(0) } ?? 0) + 1
    }

    func put(_ manifest: ManifestRecord, rotation: Int64) throws {
        try remove.run([.integer(manifest.deviceRow)])
        try add.run([
            .integer(manifest.deviceRow), .count(manifest.sequence), .text(manifest.action.rawValue),
            .integer(rotation),
            .text(manifest.reason.code.rawValue), .text(manifest.reason.text), .run(manifest.run),
            .time(manifest.issued),
            .time(manifest.expires), .text(ManifestWriter.json(manifest.requestKeys)),
            .optional(manifest.requestSubject),
            .optional(manifest.refused),
        ])
    }

    /// Tells the device that there is nothing to do: what an earlier manifest offered it or asked of it no longer holds.
    func putNone(
        _ standing: StandingOffer, rotation: Int64, reason: Reason, run: RunID, expires: Timestamp, at: Timestamp
    ) throws -> ManifestRecord {
        let manifest = ManifestRecord(
            deviceRow: standing.deviceRow, device: standing.device, account: standing.account,
            sequence: try nextSequence(of: standing.deviceRow), action: .none, reason: reason, run: run, issued: at,
            expires: expires, certificateDER: nil, certificate: nil, authority: nil, replaces: standing.replaces,
            requestKeys: [],
            requestSubject: nil, refused: nil)
        try put(manifest, rotation: rotation)
        return manifest
    }

    private static func json(_ texts: [String]) -> String {
        if texts.isEmpty { return "[]" }
        var json = JSONWriter(reservingCapacity: 64)
        json.array { json in for text in texts { json.value(text) } }
        return json.text
    }
}

/// Reads manifests back as they were recorded.
enum ManifestReader {
    /// The columns that ``read(_:)`` takes, from manifests `m` and what they refer to.
    static let select = """
        SELECT m.device, d.name, a.name, m.sequence, m.action, m.reason_code, m.reason_text, m.run, m.issued, m.expires,
          b.der, n.authority, o.fingerprint, o.not_after, m.request_keys, m.request_subject, m.refused, m.rotation, n.fingerprint,
          m.id, m.published
        FROM manifests m
        JOIN devices d ON d.id = m.device
        JOIN accounts a ON a.id = d.account
        JOIN rotations r ON r.id = m.rotation
        JOIN certificates o ON o.id = r.old_certificate
        LEFT JOIN certificates n ON n.id = r.new_certificate AND m.action = 'install'
        LEFT JOIN certificate_bodies b ON b.certificate = n.id
        """

    static func read(_ row: ResultRow) throws -> ManifestRecord {
        let keys: [String]
        if case .array(let elements) = try JSONValue(parsing: row.bytes(14)) {
            keys = elements.compactMap { if case .string(let text) = $0 { text } else { nil } }
        } else {
            keys = []
        }
        return ManifestRecord(
            deviceRow: row.integer(0), device: DeviceID(checked: row.text(1)), account: AccountID(checked: row.text(2)),
            sequence: Int(row.integer(3)), action: try row.value(4), reason: Reason(try row.value(5), row.text(6)),
            run: row.run(7), issued: row.time(8), expires: row.time(9),
            certificateDER: row.isNull(10) ? nil : row.bytes(10),
            certificate: row.isNull(18) ? nil : try row.fingerprint(18),
            authority: row.optionalText(11),
            replaces: ReplacedCertificate(fingerprint: try row.fingerprint(12), notAfter: row.time(13)),
            requestKeys: keys,
            requestSubject: row.optionalText(15), refused: row.optionalText(16))
    }

    static func rotation(_ row: ResultRow) -> Int64 { row.integer(17) }

    static func row(_ row: ResultRow) -> Int64 { row.integer(19) }

    static func isPublished(_ row: ResultRow) -> Bool { row.integer(20) == 1 }
}
