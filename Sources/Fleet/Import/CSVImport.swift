import RotationModel

/// Reads a fleet from CSV: one row a certificate, or a device without one.
enum CSVImport {
    static func run(_ path: String, into session: ImportSession, reader: CertificateReader) throws {
        let file = try InputFile(path, named: path)
        var records = CSVRecords(file)
        let columns = try CSVColumns(header: records.next(), path: path)
        while let record = try records.next() {
            var device: String?
            do {
                let fields = try record.content.get()
                device = columns.device(in: fields)
                try session.apply(columns.row(fields, reader), file: file, line: record.line)
            } catch let error as RotationError where error.code == .badInput {
                session.reject(file: file.name, line: record.line, device: device, error)
            }
        }
        session.report(file)
    }
}

/// Which column holds what, as the header says.
private struct CSVColumns {
    private let device: Int
    private let account: Int
    private let status: Int
    private let certificate: Int
    private let labels: [(name: String, index: Int)]
    private let count: Int

    private static let required = ["device_id", "account", "status", "certificate"]
    private static let advice =
        "the header is device_id,account,status,certificate and any number of label:NAME columns"

    init(header: CSVRecords.Record?, path: String) throws(RotationError) {
        guard let header else {
            throw RotationError(.badInput, "the file holds no header", at: path, advice: CSVColumns.advice)
        }
        func fail(_ message: String) -> RotationError {
            RotationError(.badInput, message, at: "\(path):\(header.line)", advice: CSVColumns.advice)
        }
        let names: [String]
        switch header.content {
        case .success(let fields): names = fields.map(\.text)
        case .failure(let error): throw fail("the file does not begin with a CSV header: \(error.message)")
        }
        var found: [String: Int] = [:]
        var labels: [(name: String, index: Int)] = []
        for (index, name) in names.enumerated() {
            guard found.updateValue(index, forKey: name) == nil else {
                throw fail("the column \u{201C}\(name)\u{201D} stands twice")
            }
            if name.hasPrefix("label:") {
                let label = String(name.dropFirst(6))
                do { _ = try Labels([label: ""]) } catch { throw fail(error.message) }
                labels.append((label, index))
            } else if !CSVColumns.required.contains(name) {
                throw fail("the column \u{201C}\(name.prefix(64))\u{201D} is unknown")
            }
        }
        func column(_ name: String) throws(RotationError) -> Int {
            guard let index = found[name] else { throw fail("the column \u{201C}\(name)\u{201D} is missing") }
            return index
        }
        device = try column("device_id")
        account = try column("account")
        status = try column("status")
        certificate = try column("certificate")
        self.labels = labels
        count = names.count
    }

    func device(in fields: [CSVRecords.Field]) -> String? {
        device < fields.count && !fields[device].text.isEmpty ? fields[device].text : nil
    }

    func row(_ fields: [CSVRecords.Field], _ reader: CertificateReader) throws(RotationError) -> FleetRow {
        guard fields.count == count else {
            throw RotationError(.badInput, "the row has \(fields.count) fields, the header \(count)")
        }
        let id = try DeviceID(fields[device].text)
        let account = try AccountID(fields[self.account].text)
        var values: [String: String] = [:]
        for (name, index) in labels {
            // An empty field is a label that the device does not have; a quoted empty one is a label without a text.
            if !fields[index].text.isEmpty || fields[index].isQuoted { values[name] = fields[index].text }
        }
        var row = FleetRow(device: id, account: account, labels: try Labels(values), certificates: [])
        let (status, certificate) = (fields[self.status].text, fields[self.certificate].text)
        if status.isEmpty && certificate.isEmpty { return row }
        if certificate.isEmpty { throw RotationError(.badInput, "the row has a status and no certificate") }
        row.certificates = [
            FleetRow.Certificate(status: try FleetRow.status(status), columns: try reader(Array(certificate.utf8)))
        ]
        return row
    }
}
