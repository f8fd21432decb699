import RotationModel

/// Rows on their way into the inventory, or among the rejected ones.
struct RowQueue<Item: Sendable> {
    private let session: any ImportSink
    private let file: InputFile
    private var ahead: ReadAhead<Item, ReadRow>

    /// - Parameter split: Takes an item apart, without its certificates. It is called on any thread.
    init(
        _ session: any ImportSink, _ file: InputFile, _ reader: @escaping CertificateReader,
        _ split: @escaping @Sendable (Item) -> SplitRow
    ) {
        (self.session, self.file) = (session, file)
        ahead = ReadAhead { items in ReadRow.read(items.map(split), reader) }
    }

    /// - Parameter size: The item's, in bytes.
    mutating func add(_ item: Item, size: Int) throws {
        let (session, file) = (session, file)
        try ahead.add(item, size: size) { try $0.apply(to: session, file) }
    }

    mutating func finish() throws {
        let (session, file) = (session, file)
        try ahead.finish { try $0.apply(to: session, file) }
    }
}

/// A row as its format has it, or why it is none.
struct SplitRow: Sendable {
    /// On which it starts.
    var line: Int
    /// As far as it is known, for the report of what is wrong.
    var device: String?
    var row: Result<UnreadRow, RotationError>
}

/// A row whose certificates were read.
struct ReadRow: Sendable {
    private let line: Int
    private let device: String?
    private let row: Result<FleetRow, RotationError>

    static func read(_ rows: [SplitRow], _ reader: CertificateReader) -> [ReadRow] {
        let certificates = rows.map { (try? $0.row.get())?.certificates.map(\.bytes) ?? [] }
        let read = reader(certificates.flatMap { $0 })
        var next = read.startIndex
        return zip(rows, certificates).map { row, certificates in
            defer { next += certificates.count }
            return ReadRow(row, read[next..<next + certificates.count])
        }
    }

    private init(_ split: SplitRow, _ columns: ArraySlice<Result<CertificateColumns, RotationError>>) {
        (line, device) = (split.line, split.device)
        do throws(RotationError) {
            row = .success(try ReadRow.whole(split.row.get(), columns))
        } catch {
            row = .failure(error)
        }
    }

    private static func whole(
        _ row: UnreadRow, _ columns: ArraySlice<Result<CertificateColumns, RotationError>>
    ) throws(RotationError) -> FleetRow {
        var read = FleetRow(device: row.device, account: row.account, labels: row.labels, certificates: [])
        for (index, (certificate, columns)) in zip(row.certificates, columns).enumerated() {
            do throws(RotationError) {
                read.certificates.append(
                    FleetRow.Certificate(status: certificate.status, columns: try columns.get()))
            } catch {
                // Its place in the row is worth saying only where there are several.
                guard row.certificates.count > 1 else { throw error }
                throw RotationError(error.code, "certificate \(index + 1): \(error.message)", advice: error.advice)
            }
        }
        return read
    }

    func apply(to session: any ImportSink, _ file: InputFile) throws {
        do {
            try session.apply(row.get(), file: file, line: line)
        } catch let error as RotationError where error.code == .badInput {
            session.reject(file: file.name, line: line, device: device, error)
        }
    }
}
