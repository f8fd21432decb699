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
        var queue = RowQueue(session, file, reader)
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
            try queue.add(row, line: record.line, device: device)
        }
        try queue.finish()
        session.report(file)
    }
}
