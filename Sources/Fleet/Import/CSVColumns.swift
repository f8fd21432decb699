import RotationModel

/// Which column holds what, as the header says.
struct CSVColumns {
    private let device: Int
    private let account: Int
    private let status: Int
    private let certificate: Int
    let labels: [(name: String, index: Int)]
    private let count: Int

    private static let required = ["device_id", "account", "status", "certificate"]
    private static let advice =
        "the header is device_id,account,status,certificate and any number of label:NAME columns"

    /// - Throws: ``RotationError/Code/badInput`` where the file does not begin with a header.
    init(header: CSVRecords.Record?, path: String) throws(RotationError) {
        guard let header else {
            throw RotationError(.badInput, "the file holds no header", at: path, advice: CSVColumns.advice)
        }
        func fail(_ message: String, _ advice: String = CSVColumns.advice) -> RotationError {
            RotationError(.badInput, message, at: "\(path):\(header.line)", advice: advice)
        }
        let names: [String]
        switch header.content {
        case .success(let fields): names = fields.map(\.text)
        case .failure(let error): throw fail("the file does not begin with a CSV header: \(error.message)")
        }
        if names.count == 1, let separator = CSVColumns.otherSeparator(in: names[0]) {
            throw fail(
                "the columns are separated by \(separator)s, not by commas",
                "save the file with commas; \(CSVColumns.advice)")
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

    private static func otherSeparator(in header: String) -> String? {
        [(";", "semicolon"), ("\t", "tab"), ("|", "vertical bar")].first { sign, _ in
            required.allSatisfy { header.split(separator: Character(sign)).contains(Substring($0)) }
        }?.1
    }

    /// How a row of this file looks, for who has to find where one begins.
    var shape: CSVRecords.Shape { CSVRecords.Shape(columns: count, status: status) }

    func device(in fields: [CSVRecords.Field]) -> String? {
        device < fields.count && !fields[device].text.isEmpty ? fields[device].text : nil
    }

    func row(_ fields: [CSVRecords.Field]) throws(RotationError) -> UnreadRow {
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
        var row = UnreadRow(device: id, account: account, labels: try Labels(values))
        let (status, certificate) = (fields[self.status].text, fields[self.certificate].text)
        if status.isEmpty && certificate.isEmpty { return row }
        if certificate.isEmpty { throw RotationError(.badInput, "the row has a status and no certificate") }
        row.certificates = [
            UnreadRow.Certificate(status: try FleetRow.status(status), bytes: Array(certificate.utf8))
        ]
        return row
    }
}
