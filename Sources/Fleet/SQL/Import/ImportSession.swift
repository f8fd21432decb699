import Basics
import RotationModel

/// Carries one import: applies rows, counts what happened, commits now and then.
final class ImportSession: ImportSink {
    let database: any Database
    let options: ImportOptions
    private(set) var summary: ImportSummary

    private let sha256: SHA256Function
    private let source: String
    private let rejected: (RejectedRow) -> Void
    private let progress: (_ bytesDone: Int64, _ bytesTotal: Int64, _ devices: Int) -> Void
    private let writer: RowWriter
    private var spelling: SpellingNotes
    private let size: Int64
    private var position: Int64 = 0
    private var rowsInTransaction = 0
    private var rowsInEntry = 0
    private var indexes: (any SuspendedIndexes)?
    /// What the audit has.
    private var recorded: ImportSummary
    /// What rows changed that the audit names one by one.
    private var changes: [ImportChange] = []

    /// All or nothing: what a dry run and a strict import need.
    private var isOneTransaction: Bool { options.dryRun || options.strict }
    private static let rowsAProgress = 1000

    /// - Parameter size: Of the file that has the certificates, in bytes.
    init(
        _ database: any Database, format: ImportFormat, source: String, size: Int64, options: ImportOptions,
        sha256: @escaping SHA256Function,
        rejected: @escaping (RejectedRow) -> Void, progress: @escaping (Int64, Int64, Int) -> Void
    ) throws {
        self.database = database
        self.options = options
        self.source = source
        self.size = size
        self.sha256 = sha256
        self.rejected = rejected
        self.progress = progress
        summary = ImportSummary(format: format)
        recorded = summary
        writer = try RowWriter(database, at: options.at)
        spelling = try SpellingNotes(database)
    }

    // MARK: Rows

    /// Applies a row, or reports why not.
    func apply(_ row: FleetRow, file: InputFile, line: Int) throws {
        if let forged = row.certificates.first(where: { $0.columns.signedBy == .forged }) {
            reject(file: file.name, line: line, device: row.device.text, ImportSession.forged(forged.columns))
        } else if let reason = try writer.apply(row, line: line, summary: &summary, changes: &changes) {
            reject(file: file.name, line: line, device: row.device.text, reason)
        } else {
            for note in try spelling.notes(on: row) { summary.note(note) }
            for certificate in row.certificates { summary.count(certificate.columns) }
        }
        try rowDone(file)
    }

    private static func forged(_ certificate: CertificateColumns) -> RotationError {
        RotationError(
            .badInput,
            "the certificate \(certificate.fingerprint) bears the name of an authority of rotation.yaml, \(certificate.issuer), and no key of that authority verifies its signature",
            advice:
                "it is not that authority's; where the authority had another key before, put its earlier certificate into the authority's chain"
        )
    }

    /// Notes where a label's name is padded.
    ///
    /// - Parameter what: What has the name.
    func noteSpelling(ofLabel name: String, _ what: String) {
        for note in spelling.notes(onLabel: name, what) { summary.note(note) }
    }

    func note(_ text: String) { summary.note(text) }

    /// Counts what is no certificate and was passed over.
    func passOver() { summary.passedOver += 1 }

    func reject(file: String, line: Int, device: String?, _ reason: String) {
        summary.rejected += 1
        rejected(RejectedRow(file: file, line: line, device: device, reason: reason))
    }

    func reject(file: String, line: Int, device: String?, _ error: RotationError) {
        reject(file: file, line: line, device: device, error.description)
    }

    private func rowDone(_ file: InputFile) throws {
        position = file.position
        rowsInTransaction += 1
        rowsInEntry += 1
        if rowsInTransaction % ImportSession.rowsAProgress == 0 { report(file) }
        guard !isOneTransaction else { return }
        if rowsInEntry >= options.transactions.rowsInEntry { try appendToAudit() }
        if rowsInTransaction >= (indexes == nil ? options.transactions.rows : options.transactions.rowsInBulk) {
            try commit()
            try begin()
        }
    }

    func report(_ file: InputFile) {
        progress(file.position, file.size, summary.devices.added + summary.devices.updated + summary.devices.unchanged)
    }

    // MARK: Transactions

    func begin() throws {
        rowsInTransaction = 0
        try database.begin()
        let isBulk = try options.transactions.isBulk(bytesLeft: size - position) {
            // No row is ever removed.
            try Query(database, "SELECT max(id) FROM certificates").first { $0.integer(0) } ?? 0
        }
        indexes = isBulk ? try database.suspendIndexes() : nil
    }

    /// Commits, or rolls back where nothing is to stay.
    func finish() throws {
        summary.noteCounts()
        if options.dryRun || (options.strict && summary.rejected > 0) {
            database.rollback()
        } else {
            try commit()
            summary.isCommitted = true
        }
    }

    /// After a failure: what earlier transactions committed stays.
    func abandon() {
        database.rollback()
    }

    private func commit() throws {
        try appendToAudit()
        try indexes?.restore()
        try database.commit()
        try indexes?.settle()
        indexes = nil
    }

    private func appendToAudit() throws {
        try AuditLog.appending(to: database, sha256: sha256, run: nil, actor: options.actor) { log in
            for change in changes { try change.append(to: &log, at: options.at) }
            let devices = summary.devices.since(recorded.devices)
            let certificates = summary.certificates.since(recorded.certificates)
            guard devices.isChange || certificates.isChange else { return }
            try log.append(.imported, device: nil, at: options.at) { json in
                json.member("from", source)
                json.member("format", summary.format.rawValue)
                json.member("devicesAdded", devices.added)
                json.member("devicesUpdated", devices.updated)
                json.member("certificatesAdded", certificates.added)
                json.member("certificatesUpdated", certificates.updated)
            }
        }
        recorded = summary
        rowsInEntry = 0
        changes.removeAll(keepingCapacity: true)
    }
}

/// A change to what the inventory already had, for the audit.
enum ImportChange {
    case moved(DeviceID, from: String, to: String)
    case relabelled(DeviceID, from: String, to: String)
    case status(DeviceID, Fingerprint, from: CertificateStatus, to: CertificateStatus)

    func append(to log: inout AuditLog, at: Timestamp) throws {
        switch self {
        case .moved(let device, let from, let to):
            try log.append(.deviceMoved, device: device, at: at) {
                $0.member("from", from)
                $0.member("to", to)
            }
        case .relabelled(let device, let from, let to):
            try log.append(.labelsChanged, device: device, at: at) {
                $0.key("from")
                $0.raw(from)
                $0.key("to")
                $0.raw(to)
            }
        case .status(let device, let fingerprint, let from, let to):
            try log.append(.statusChanged, device: device, at: at) {
                $0.member("fingerprint", fingerprint.hex)
                $0.member("from", from.rawValue)
                $0.member("to", to.rawValue)
                $0.member("cause", "import")
            }
        }
    }
}

extension ImportSummary.Tally {
    func since(_ earlier: ImportSummary.Tally) -> ImportSummary.Tally {
        ImportSummary.Tally(
            added: added - earlier.added, updated: updated - earlier.updated, unchanged: unchanged - earlier.unchanged)
    }
}
