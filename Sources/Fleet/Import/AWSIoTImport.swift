import GRDB
import RotationModel

/// Reads a fleet from a folder of what AWS IoT prints: `things.json`, `certificates.json` and `attachments.json`.
///
/// The three name each other, and none may fit into memory: things and attachments wait in temporary tables while
/// the certificates stream past them.
struct AWSIoTImport {
    private let folder: String
    private let session: ImportSession
    private let reader: CertificateReader
    private let things: ThingTables

    static func run(_ folder: String, into session: ImportSession, reader: @escaping CertificateReader) throws {
        try AWSIoTImport(
            folder: folder, session: session, reader: reader, things: ThingTables(session.database)
        ).run()
    }

    private func run() throws {
        try readThings()
        try readAttachments()
        try readCertificates()
        try finishThings()
    }

    private func open(_ name: String) throws(RotationError) -> JSONStream {
        let path = folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
        do {
            return JSONStream(try InputFile(path, named: path), path: path)
        } catch {
            throw RotationError(
                error.code, error.message, at: error.place,
                advice: error.advice.isEmpty
                    ? "an aws-iot folder has things.json, certificates.json and attachments.json" : error.advice)
        }
    }

    /// Runs the body; what is wrong with this element alone becomes a rejected row.
    private func element(_ file: InputFile, line: Int, _ body: (inout String?) throws -> Void) throws {
        var device: String?
        do {
            try body(&device)
        } catch let error as RotationError where error.code == .badInput {
            session.reject(file: file.name, line: line, device: device, error)
        }
    }

    private func parsed(_ raw: JSONStream.RawValue) throws(RotationError) -> JSONValue {
        guard let raw else { throw RotationError(.badInput, "the element is longer than 1 MiB") }
        return try JSONValue(parsing: raw)
    }

    // MARK: things.json

    private func readThings() throws {
        let stream = try open("things.json")
        var hasThings = false
        try stream.forEachMember { name, _ in
            guard name == "things" else {
                _ = try stream.rawValue()
                return
            }
            hasThings = true
            try stream.forEachElement { raw, line in
                try element(stream.file, line: line) { device in
                    let thing = try JSONObject(parsed(raw), "the thing")
                    let name = try thing.string("thingName")
                    device = name
                    let id = try DeviceID(name)
                    let labels = try Labels(thing.texts("attributes"))
                    let account = try thing.optionalString("thingArn").flatMap(AWSIoTImport.account(inARN:))
                    guard try things.add(id, labels: labels, account: account, line: line) else {
                        throw RotationError(.badInput, "the thing stands twice")
                    }
                }
            }
        }
        try stream.expectEnd()
        guard hasThings else {
            throw RotationError(
                .badInput, "there is no \u{201C}things\u{201D}", at: stream.file.name,
                advice: "the file is what `aws iot list-things` prints")
        }
    }

    /// The fifth part of `arn:aws:iot:REGION:ACCOUNT:thing/NAME`.
    private static func account(inARN arn: String) -> String? {
        let parts = arn.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        return parts.count == 6 && parts[0] == "arn" && !parts[4].isEmpty ? String(parts[4]) : nil
    }

    // MARK: attachments.json

    private func readAttachments() throws {
        let stream = try open("attachments.json")
        try stream.forEachMember { name, line in
            let raw = try stream.rawValue()
            try element(stream.file, line: line) { device in
                device = name
                guard case .array(let elements) = try parsed(raw) else {
                    throw RotationError(
                        .badInput, "its attachments are no array", advice: "it should hold certificate ARNs")
                }
                for element in elements {
                    guard case .string(let arn) = element,
                        let fingerprint = arn.split(separator: "/").last.flatMap({ Fingerprint(hex: String($0)) })
                    else {
                        throw RotationError(
                            .badInput, "an attachment is no certificate ARN",
                            advice: "it ends in cert/ and 64 hexadecimal digits")
                    }
                    guard try things.contains(name) else {
                        throw RotationError(
                            .badInput,
                            "certificate \(fingerprint) is attached to a thing that things.json does not have")
                    }
                    try things.attach(fingerprint, to: name, line: line)
                }
            }
        }
        try stream.expectEnd()
    }

    // MARK: certificates.json

    private func readCertificates() throws {
        let stream = try open("certificates.json")
        try stream.forEachElement { raw, line in
            try element(stream.file, line: line) { device in
                let outer = try JSONObject(parsed(raw), "the element")
                let description = try outer.object("certificateDescription") ?? outer
                let id = try description.string("certificateId")
                let status = try FleetRow.status(description.string("status"))
                let account = try AccountID(description.string("ownedBy"))
                let columns = try reader(Array(description.string("certificatePem").utf8))
                guard Fingerprint(hex: id) == columns.fingerprint else {
                    throw RotationError(
                        .badInput,
                        "the certificateId \(id.prefix(64)) is not the certificate's SHA-256, \(columns.fingerprint)")
                }
                let owners = try things.attached(columns.fingerprint)
                try things.markSeen(columns.fingerprint)
                if owners.isEmpty {
                    throw RotationError(.badInput, "the certificate \(columns.fingerprint) is attached to no thing")
                }
                for owner in owners {
                    device = owner.device.text
                    let row = FleetRow(
                        device: owner.device, account: account, labels: owner.labels,
                        certificates: [FleetRow.Certificate(status: status, columns: columns)])
                    try session.apply(row, file: stream.file, line: line)
                }
            }
        }
        try stream.expectEnd()
        session.report(stream.file)
    }

    // MARK: What is left

    private func finishThings() throws {
        let attachments = "\(folder)/attachments.json"
        try things.forEachUnseenAttachment { fingerprint, device, line in
            session.reject(
                file: attachments, line: line, device: device,
                "the attached certificate \(fingerprint) is not in certificates.json")
        }
        let stream = try open("things.json")
        try things.forEachWithoutCertificate { thing, account, line in
            try element(stream.file, line: line) { device in
                device = thing.device.text
                guard let account else {
                    throw RotationError(
                        .badInput, "the thing has no certificate and no thingArn that tells its account")
                }
                let row = FleetRow(
                    device: thing.device, account: try AccountID(account), labels: thing.labels, certificates: [])
                try session.apply(row, file: stream.file, line: line)
            }
        }
    }
}

/// An object of AWS's output, of which only some members matter.
private struct JSONObject {
    private let members: [(name: String, value: JSONValue)]

    init(_ value: JSONValue, _ what: String) throws(RotationError) {
        guard case .object(let members) = value else {
            throw RotationError(.badInput, "\(what) is \(value.kind), not an object")
        }
        self.members = members
    }

    private subscript(name: String) -> JSONValue? { members.first { $0.name == name }?.value }

    func string(_ name: String) throws(RotationError) -> String {
        guard let text = try optionalString(name) else { throw RotationError(.badInput, "\(name) is missing") }
        return text
    }

    func optionalString(_ name: String) throws(RotationError) -> String? {
        guard let value = self[name] else { return nil }
        guard case .string(let text) = value else {
            throw RotationError(.badInput, "\(name) is \(value.kind)", advice: "it should be a string")
        }
        return text
    }

    func object(_ name: String) throws(RotationError) -> JSONObject? {
        guard let value = self[name] else { return nil }
        return try JSONObject(value, name)
    }

    func texts(_ name: String) throws(RotationError) -> [String: String] {
        guard let object = try object(name) else { return [:] }
        var texts: [String: String] = [:]
        for (name, _) in object.members { texts[name] = try object.string(name) }
        return texts
    }
}
