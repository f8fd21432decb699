import RotationModel

/// Reads a fleet from CSV: one row a certificate, or a device without one.
enum CSVImport {
    static func run(_ path: String, into session: any ImportSink, reader: @escaping CertificateReader) throws {
        let file = try InputFile(path, named: path)
        var records = CSVRecords(file)
        let columns = try CSVColumns(header: records.next(), path: path)
        records.shape = columns.shape
        for (name, _) in columns.labels {
            session.noteSpelling(ofLabel: name, "the column \u{201C}label:\(name)\u{201D}")
        }
        var queue = RowQueue(session, file, reader) { (row: SplitRow) in row }
        while let record = try records.next() {
            var device: String?
            var row: Result<UnreadRow, RotationError>
            do throws(RotationError) {
                let fields = try record.content.get()
                device = columns.device(in: fields)
                row = .success(try columns.row(fields))
            } catch {
                row = .failure(error)
            }
            let size = (try? row.get())?.certificates.reduce(0) { $0 + $1.bytes.count } ?? 0
            try queue.add(SplitRow(line: record.line, device: device, row: row), size: size)
        }
        try queue.finish()
        session.report(file)
    }
}
