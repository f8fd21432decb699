import Basics
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

    private static func parsed(_ raw: JSONStream.RawValue) throws(RotationError) -> JSONValue {
        guard let raw else { throw RotationError(.badInput, "the element is longer than 1 MiB") }
        return try JSONValue(parsing: raw)
    }

    // MARK: things.json

    private func readThings() throws {
        let stream = try open("things.json")
        var hasThings = false
        var listing = AWSListing(file: stream.file.name, prints: "aws iot list-things")
        // Pages that were saved one after the other are one listing; where it is cut off, the last one says.
        repeat {
            listing.beginPage()
            try stream.forEachMember { name, _ in
                guard name == "things" else {
                    try listing.member(name, stream.rawValue())
                    return
                }
                hasThings = true
                try stream.forEachElement { raw, line in try readThing(raw, stream.file, line: line) }
            }
        } while try stream.isObjectNext()
        try stream.expectEnd()
        guard hasThings else {
            throw RotationError(
                .badInput, "there is no \u{201C}things\u{201D}", at: stream.file.name,
                advice: "the file is what `aws iot list-things` prints")
        }
        try check(listing)
    }

    private func readThing(_ raw: JSONStream.RawValue, _ file: InputFile, line: Int) throws {
        try element(file, line: line) { device in
            let thing = try JSONObject(AWSIoTImport.parsed(raw), "the thing")
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

    /// A listing that is cut off would leave a part of the fleet to expire, and nobody would be told.
    private func check(_ listing: AWSListing) throws {
        guard let problem = listing.problem else { return }
        guard session.options.partial else { throw problem }
        session.note("\(problem.place): \(problem.message); it was taken as it is (--partial)")
    }

    /// The fifth part of `arn:aws:iot:REGION:ACCOUNT:thing/NAME`.
    private static func account(inARN arn: String) -> String? {
        let parts = arn.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        return parts.count == 6 && parts[0] == "arn" && !parts[4].isEmpty ? String(parts[4]) : nil
    }

    // MARK: attachments.json

    private func readAttachments() throws {
        let stream = try open("attachments.json")
        var listing = AWSListing(file: stream.file.name, prints: "aws iot list-thing-principals")
        try stream.forEachMember { name, line in
            let raw = try stream.rawValue()
            if try listing.takes(name, raw) { return }
            try element(stream.file, line: line) { device in
                device = name
                for element in try principals(AWSIoTImport.parsed(raw), of: name, &listing) {
                    guard let fingerprint = try certificate(principal: element) else {
                        session.passOver()
                        continue
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
        try check(listing)
    }

    /// What is attached to a thing: an array, or what `list-thing-principals` prints.
    private func principals(
        _ value: JSONValue, of thing: String, _ listing: inout AWSListing
    ) throws(RotationError) -> [JSONValue] {
        switch value {
        case .array(let elements): return elements
        case .object(let members):
            for (name, value) in members { listing.member(name, value, of: thing) }
            if case .array(let elements)? = members["principals"] { return elements }
        default: break
        }
        throw RotationError(
            .badInput, "its attachments are no array", advice: "it should hold certificate ARNs")
    }

    /// The fingerprint that a certificate's ARN ends in; nil where the principal is of another kind, as a Cognito identity is.
    private func certificate(principal: JSONValue) throws(RotationError) -> Fingerprint? {
        if case .string(let text) = principal {
            if let fingerprint = text.split(separator: "/").last.flatMap({ Fingerprint(hex: String($0)) }) {
                return fingerprint
            }
            // `REGION:GUID`, or an ARN of another service or kind.
            if text.contains(":"), !text.contains(":cert/") { return nil }
        }
        throw RotationError(
            .badInput, "an attachment is no certificate ARN", advice: "it ends in cert/ and 64 hexadecimal digits")
    }

    // MARK: certificates.json

    /// An element of the listing, as it stands in the file.
    private struct Element: Sendable {
        var line: Int
        /// Nil where it is longer than is read.
        var bytes: JSONStream.RawValue
    }

    /// What is known of a certificate before its PEM is read.
    private struct Description: Sendable {
        var id: String
        var status: CertificateStatus
        var account: AccountID
    }

    /// A certificate with what the listing says of it.
    private struct Described: Sendable {
        var line: Int
        var content: Result<(Description, CertificateColumns), RotationError>
    }

    private func readCertificates() throws {
        try checkCertificateListing()
        let stream = try open("certificates.json")
        let reader = reader
        var ahead = ReadAhead { AWSIoTImport.describe($0, reader) }
        func read(_ raw: JSONStream.RawValue, _ line: Int) throws {
            try ahead.add(Element(line: line, bytes: raw), size: raw?.count ?? 0) { try apply($0, stream.file) }
        }
        if try stream.isObjectNext() {
            try stream.forEachMember { name, _ in
                if name == "certificates" { try stream.forEachElement(read) } else { _ = try stream.rawValue() }
            }
        } else {
            try stream.forEachElement(read)
        }
        try stream.expectEnd()
        try ahead.finish { try apply($0, stream.file) }
        session.report(stream.file)
    }

    /// Looks at the end of a listing before anything of it goes in.
    private func checkCertificateListing() throws {
        let stream = try open("certificates.json")
        guard try stream.isObjectNext() else { return }
        var listing = AWSListing(file: stream.file.name, prints: "aws iot list-certificates")
        var hasCertificates = false
        try stream.forEachMember { name, _ in
            hasCertificates = hasCertificates || name == "certificates"
            try listing.member(name, name == "certificates" ? stream.skipValue() : stream.rawValue())
        }
        guard hasCertificates else {
            throw RotationError(
                .badInput, "the JSON is not what it should be: an array should be here", at: "\(stream.file.name):1",
                advice: "the file is an array of what `aws iot describe-certificate` prints")
        }
        try check(listing)
    }

    private static func describe(_ elements: [Element], _ reader: CertificateReader) -> [Described] {
        let described = elements.map { element in
            Result { () throws(RotationError) in try describe(element.bytes) }
        }
        var read = reader(described.compactMap { try? $0.get().pem })[...]
        return zip(elements, described).map { element, described in
            Described(
                line: element.line,
                content: described.flatMap { description, _ in
                    read.popFirst().map { $0.map { (description, $0) } }
                        ?? .failure(RotationError(.badInput, "the certificate was not read"))
                })
        }
    }

    private static func describe(
        _ raw: JSONStream.RawValue
    ) throws(RotationError) -> (description: Description, pem: [UInt8]) {
        let outer = try JSONObject(parsed(raw), "the element")
        let description = try outer.object("certificateDescription") ?? outer
        let id = try description.string("certificateId")
        let status = try FleetRow.status(description.string("status"))
        let account = try AccountID(description.string("ownedBy"))
        return (
            Description(id: id, status: status, account: account),
            Array(try description.string("certificatePem").utf8)
        )
    }

    private func apply(_ described: Described, _ file: InputFile) throws {
        try element(file, line: described.line) { device in
            let (description, columns) = try described.content.get()
            try apply(columns, description, file, line: described.line, &device)
        }
    }

    private func apply(
        _ columns: CertificateColumns, _ description: Description, _ file: InputFile, line: Int,
        _ device: inout String?
    ) throws {
        guard Fingerprint(hex: description.id) == columns.fingerprint else {
            throw RotationError(
                .badInput,
                "the certificateId \(description.id.prefix(64)) is not the certificate's SHA-256, \(columns.fingerprint)"
            )
        }
        let owners = try things.attached(columns.fingerprint)
        try things.markSeen(columns.fingerprint)
        if owners.isEmpty {
            throw RotationError(.badInput, "the certificate \(columns.fingerprint) is attached to no thing")
        }
        for owner in owners {
            device = owner.device.text
            let row = FleetRow(
                device: owner.device, account: description.account, labels: owner.labels,
                certificates: [FleetRow.Certificate(status: description.status, columns: columns)])
            try session.apply(row, file: file, line: line)
        }
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
