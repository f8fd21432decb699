import Basics
import RotationModel

/// Reads a fleet from NDJSON: one device a line.
enum NDJSONImport {
    private static let limit = 1 << 20

    static func run(_ path: String, into session: any ImportSink, reader: @escaping CertificateReader) throws {
        let file = try InputFile(path, named: path)
        var isFirst = true
        var queue = RowQueue(session, file, reader, split)
        while true {
            let number = file.line
            var bytes: [UInt8] = []
            bytes.reserveCapacity(1024)
            let (isThere, fits) = try file.appendLine(to: &bytes, limit: limit)
            guard isThere else { break }
            if fits, isBlank(bytes) { continue }
            if isFirst { try checkFirst(bytes, at: "\(path):\(number)") }
            isFirst = false
            try queue.add(Line(number: number, bytes: fits ? bytes : nil), size: bytes.count)
        }
        try queue.finish()
        session.report(file)
    }

    private struct Line: Sendable {
        var number: Int
        /// Nil where it is longer than is read.
        var bytes: [UInt8]?
    }

    private static func isBlank(_ line: [UInt8]) -> Bool { line.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D } }

    @Sendable private static func split(_ line: Line) -> SplitRow {
        var device: String?
        do throws(RotationError) {
            guard let bytes = line.bytes else { throw RotationError(.badInput, "the line is longer than 1 MiB") }
            let row = try row(JSONValue(parsing: bytes), &device)
            return SplitRow(line: line.number, device: device, row: .success(row))
        } catch {
            let isComma = line.bytes.map(isCommaLast) ?? false
            return SplitRow(line: line.number, device: device, row: .failure(isComma ? commaLast : error))
        }
    }

    /// A file of another kind is one mistake, not a million bad lines.
    private static func checkFirst(_ bytes: [UInt8], at place: String) throws(RotationError) {
        guard let first = bytes.first(where: { $0 != 0x20 && $0 != 0x09 }), first != UInt8(ascii: "{") else { return }
        let advice =
            #"each line is {"device": "…", "account": "…", "labels": {…}, "certificates": [{"status": "…", "pem": "…"}]}"#
        throw RotationError(
            .badInput,
            first == UInt8(ascii: "[")
                ? "the file is a JSON array; NDJSON has one object a line"
                : "the file is not NDJSON: its first line is no object",
            at: place, advice: advice)
    }

    private static func isCommaLast(_ line: [UInt8]) -> Bool {
        line.last { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D } == UInt8(ascii: ",")
    }

    private static let commaLast = RotationError(
        .badInput, "the line ends with a comma", advice: "NDJSON has one object a line, and nothing between the lines")

    /// - Parameter device: Set as soon as it is known, for the report of what is wrong further on.
    private static func row(
        _ value: JSONValue, _ device: inout String?
    ) throws(RotationError) -> UnreadRow {
        guard case .object(let members) = value else {
            throw RotationError(.badInput, "the line is \(value.kind), not an object")
        }
        if case .string(let text)? = members["device"] { device = text }
        var (id, account): (DeviceID?, AccountID?) = (nil, nil)
        var labels = Labels.none
        var certificates: [UnreadRow.Certificate] = []
        for (name, value) in members {
            switch name {
            case "device": id = try DeviceID(string(value, "device"))
            case "account": account = try AccountID(string(value, "account"))
            case "labels": labels = try self.labels(value)
            case "certificates": certificates = try self.certificates(value)
            default:
                throw RotationError(
                    .badInput, "the member \u{201C}\(name.prefix(64))\u{201D} is unknown",
                    advice: "known are device, account, labels and certificates")
            }
        }
        guard let id else { throw RotationError(.badInput, "the member \u{201C}device\u{201D} is missing") }
        guard let account else { throw RotationError(.badInput, "the member \u{201C}account\u{201D} is missing") }
        return UnreadRow(device: id, account: account, labels: labels, certificates: certificates)
    }

    private static func string(_ value: JSONValue, _ name: String) throws(RotationError) -> String {
        guard case .string(let text) = value else {
            throw RotationError(.badInput, "\(name) is \(value.kind)", advice: "it should be a string")
        }
        return text
    }

    private static func labels(_ value: JSONValue) throws(RotationError) -> Labels {
        guard case .object(let members) = value else {
            throw RotationError(.badInput, "labels is \(value.kind)", advice: "it should be an object of strings")
        }
        var labels: [String: String] = [:]
        for (name, value) in members {
            let text = try string(value, "the label \u{201C}\(name.prefix(64))\u{201D}")
            guard labels.updateValue(text, forKey: name) == nil else { throw Labels.spelledTwice(name) }
        }
        return try Labels(labels)
    }

    private static func certificates(
        _ value: JSONValue
    ) throws(RotationError) -> [UnreadRow.Certificate] {
        guard case .array(let elements) = value else {
            throw RotationError(.badInput, "certificates is \(value.kind)", advice: "it should be an array")
        }
        var certificates: [UnreadRow.Certificate] = []
        for (index, element) in elements.enumerated() {
            do {
                certificates.append(try certificate(element))
            } catch {
                // Its place in the line is worth saying only where there are several.
                guard elements.count > 1 else { throw error }
                throw RotationError(error.code, "certificate \(index + 1): \(error.message)", advice: error.advice)
            }
        }
        return certificates
    }

    private static func certificate(
        _ value: JSONValue
    ) throws(RotationError) -> UnreadRow.Certificate {
        guard case .object(let members) = value else {
            throw RotationError(
                .badInput, "the certificate is \(value.kind)", advice: "it should be an object with status and pem")
        }
        var (status, pem): (String?, String?) = (nil, nil)
        for (name, value) in members {
            switch name {
            case "status": status = try string(value, "status")
            case "pem": pem = try string(value, "pem")
            default:
                throw RotationError(
                    .badInput, "the member \u{201C}\(name.prefix(64))\u{201D} of a certificate is unknown",
                    advice: "known are status and pem")
            }
        }
        guard let pem else { throw RotationError(.badInput, "the certificate has no pem") }
        return UnreadRow.Certificate(status: try FleetRow.status(status ?? ""), bytes: Array(pem.utf8))
    }
}
