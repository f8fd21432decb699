import Basics
import RotationModel

extension SQLFleet {
    package func exportFleet(format: ExportFormat, write: ([UInt8]) throws -> Void) throws(RotationError) {
        do {
            try snapshot { database in
                switch format {
                case .csv: try CSVExport.run(database, write)
                case .ndjson: try NDJSONExport.run(database, write)
                }
            }
        } catch let error as RotationError {
            throw error
        } catch {
            throw RotationError(.io, "writing the export failed: \(error)")
        }
    }
}

/// Writes one object a line.
private enum NDJSONExport {
    static func run(_ database: any Database, _ write: ([UInt8]) throws -> Void) throws {
        var buffer = ExportBuffer()
        try DeviceScan(database, withBodies: true).forEach(matching: ListFilter()) { item in
            var line = JSONWriter(reservingCapacity: 2048)
            line.object { line in
                line.member("device", item.listing.device.text)
                line.member("account", item.listing.account.text)
                line.key("labels")
                line.object { line in for (name, text) in item.listing.labels.sorted { line.member(name, text) } }
                line.key("certificates")
                line.array { line in
                    for (certificate, der) in zip(item.listing.certificates, item.bodies) {
                        line.object { line in
                            line.member("status", certificate.status.rawValue)
                            line.member("pem", PEMText.certificate(der))
                        }
                    }
                }
            }
            line.newline()
            try buffer.append(line.bytes, write)
        }
        try buffer.flush(write)
    }
}

/// Writes one row a certificate, and one for a device without any; every text letter by letter.
private enum CSVExport {
    static func run(_ database: any Database, _ write: ([UInt8]) throws -> Void) throws {
        let names = try labelNames(database)
        var buffer = ExportBuffer()
        var csv = CSVWriter(for: .programs)
        for name in ["device_id", "account"] + names.map({ "label:" + $0 }) + ["status", "certificate"] {
            csv.text(name)
        }
        csv.endRow()
        try buffer.append(csv.drain(), write)
        try DeviceScan(database, withBodies: true).forEach(matching: ListFilter()) { item in
            var rows = zip(item.listing.certificates, item.bodies).map { ($0.status.rawValue, PEMText.certificate($1)) }
            if rows.isEmpty { rows = [("", "")] }
            for (status, pem) in rows {
                csv.text(item.listing.device.text)
                csv.text(item.listing.account.text)
                for name in names { append(label: item.listing.labels[name], to: &csv) }
                csv.value(status)
                csv.value(pem)
                csv.endRow()
                try buffer.append(csv.drain(), write)
            }
        }
        try buffer.flush(write)
    }

    /// An empty field is a label that the device does not have; a quoted empty one is a label without a text.
    private static func append(label text: String?, to csv: inout CSVWriter) {
        if let text, text.isEmpty { csv.quoted("") } else { csv.text(text ?? "") }
    }

    /// All label names that a device has, in the order of their bytes.
    private static func labelNames(_ database: any Database) throws -> [String] {
        var names: Set<String> = []
        try Query(database, "SELECT labels FROM label_sets WHERE id IN (SELECT label_set FROM devices)").forEach {
            row in
            names.formUnion(try Labels(canonicalJSON: row.text(0)).values.keys)
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
}
