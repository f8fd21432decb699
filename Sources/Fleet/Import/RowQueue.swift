import RotationModel

/// Rows on their way into the inventory, or among the rejected ones.
struct RowQueue {
    private struct Waiting {
        var line: Int
        var device: String?
        var row: Result<UnreadRow, RotationError>
    }

    private let session: any ImportSink
    private let file: InputFile
    private var ahead: ReadAhead<Waiting>

    init(_ session: any ImportSink, _ file: InputFile, _ reader: @escaping CertificateReader) {
        (self.session, self.file) = (session, file)
        ahead = ReadAhead(reader)
    }

    /// - Parameter device: As far as it is known, for the report of what is wrong.
    mutating func add(_ row: Result<UnreadRow, RotationError>, line: Int, device: String?) throws {
        let certificates = (try? row.get())?.certificates.map(\.bytes) ?? []
        ahead.add(Waiting(line: line, device: device, row: row), certificates: certificates)
        if ahead.isFull { try finish() }
    }

    mutating func finish() throws {
        try ahead.handOut { waiting, certificates in
            do {
                let row = try RowQueue.row(waiting.row.get(), Array(certificates))
                try session.apply(row, file: file, line: waiting.line)
            } catch let error as RotationError where error.code == .badInput {
                session.reject(file: file.name, line: waiting.line, device: waiting.device, error)
            }
        }
    }

    private static func row(
        _ row: UnreadRow, _ columns: [Result<CertificateColumns, RotationError>]
    ) throws(RotationError) -> FleetRow {
        var read = FleetRow(device: row.device, account: row.account, labels: row.labels, certificates: [])
        for (index, (certificate, columns)) in zip(row.certificates, columns).enumerated() {
            do {
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
}
