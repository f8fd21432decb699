import Basics
import RotationModel
import System

/// The forms in which a fleet can be read in.
package enum ImportFormat: String, CaseIterable, Sendable {
    case csv
    case ndjson
    /// A folder with what AWS IoT's `list-things` and `describe-certificate` print.
    case awsIoT = "aws-iot"

    /// From the path: a folder is aws-iot, otherwise the name's ending tells.
    ///
    /// - Throws: ``RotationError/Code/usage`` where it does not.
    package init(guessedFrom path: String) throws(RotationError) {
        let name = path.lowercased()
        if try ImportFormat.isFolder(path) {
            self = .awsIoT
        } else if name.hasSuffix(".csv") {
            self = .csv
        } else if name.hasSuffix(".ndjson") || name.hasSuffix(".jsonl") {
            self = .ndjson
        } else {
            throw RotationError(
                .usage, "the name does not tell the format", at: path, advice: "give --format csv, ndjson or aws-iot")
        }
    }

    /// - Throws: ``RotationError`` where the path leads to no folder.
    static func checkFolder(_ path: String) throws(RotationError) {
        guard try isFolder(path) else {
            throw RotationError(
                .badInput, "this is a file, not a folder", at: path,
                advice: "an aws-iot folder has things.json, certificates.json and attachments.json")
        }
    }

    /// How large the file is that has the certificates, in bytes; 0 where it cannot be told.
    func size(of path: String) -> Int64 {
        let file = self == .awsIoT ? "\(path)/certificates.json" : path
        return FileIdentity.following(file)?.size ?? 0
    }

    private static func isFolder(_ path: String) throws(RotationError) -> Bool {
        do {
            return try FileIdentity(following: path).kind == .folder
        } catch {
            throw RotationError(
                error.isDenied ? .permission : error == .notFound || error == .notFolder ? .badInput : .io,
                "the input cannot be read: \(error)", at: path)
        }
    }
}

package struct ImportOptions: Sendable {
    /// Nil: guessed from the path.
    package var format: ImportFormat?
    /// Read and check everything, and change nothing.
    package var dryRun: Bool
    /// One rejected row, and nothing goes in.
    package var strict: Bool
    /// Take an AWS listing that says itself that it is cut off.
    package var partial: Bool
    /// The time that the records carry.
    package var at: Timestamp
    /// Who imports, for the audit.
    package var actor: String
    var transactions = ImportTransactions()

    package init(
        format: ImportFormat? = nil, dryRun: Bool = false, strict: Bool = false, partial: Bool = false, at: Timestamp,
        actor: String
    ) {
        self.format = format
        self.dryRun = dryRun
        self.strict = strict
        self.partial = partial
        self.at = at
        self.actor = actor
    }
}

/// What an import did, or would have done.
package struct ImportSummary: Sendable, Equatable {
    package struct Tally: Sendable, Equatable {
        package var added = 0
        package var updated = 0
        package var unchanged = 0
        package init(added: Int = 0, updated: Int = 0, unchanged: Int = 0) {
            (self.added, self.updated, self.unchanged) = (added, updated, unchanged)
        }
        /// Whether anything was written.
        package var isChange: Bool { added + updated > 0 }
    }

    package var format: ImportFormat
    package var devices = Tally()
    /// Claims of certificates by devices.
    package var certificates = Tally()
    package var rejected = 0
    /// What a person may want to know though nothing is wrong. No more than ``noteLimit`` are kept.
    package var notes: [String] = []
    package var noteCount = 0
    /// Certificates of issuers that `rotation.yaml` does not have. Of rows that went in, as are the following.
    package var foreign = 0
    /// Certificates that are signed by their own keys.
    package var selfSigned = 0
    /// Certificates that are not as RFC 5280 wants them.
    package var malformed = 0
    /// Principals of things that are no certificates.
    package var passedOver = 0
    /// Whether the inventory has it: false after a dry run, and after a strict import with rejected rows.
    package var isCommitted = false

    package static let noteLimit = 100

    package init(format: ImportFormat) { self.format = format }

    /// Adds what was found beside the rows; it is told first.
    package mutating func add(notes: [String]) {
        self.notes.insert(contentsOf: notes, at: 0)
        noteCount += notes.count
    }

    mutating func count(_ certificate: CertificateColumns) {
        if certificate.signedBy == .foreign { foreign += 1 }
        if certificate.signedBy == .itself { selfSigned += 1 }
        if certificate.malformed != nil { malformed += 1 }
    }

    /// Says what was counted, before all other notes.
    mutating func noteCounts() {
        let counts: [(count: Int, text: String)] = [
            (
                malformed,
                counted(malformed, "certificate is", plural: "certificates are")
                    + " not as RFC 5280 wants them, and taken in all the same; `compliance: { malformed: replace }` replaces them first"
            ),
            (
                selfSigned,
                counted(
                    selfSigned, "certificate is self-signed: nobody vouches for it",
                    plural: "certificates are self-signed: nobody vouches for them")
            ),
            (
                foreign,
                counted(foreign, "certificate is", plural: "certificates are")
                    + " of issuers that rotation.yaml does not have: no CRL of this job says when they are revoked"
            ),
            (
                passedOver,
                counted(
                    passedOver, "principal that is no certificate was passed over",
                    plural: "principals that are no certificates were passed over")
            ),
        ]
        let found = counts.filter { $0.count > 0 }.map(\.text)
        notes.insert(contentsOf: found, at: 0)
        noteCount += found.count
    }

    mutating func note(_ text: @autoclosure () -> String) {
        noteCount += 1
        if notes.count < ImportSummary.noteLimit { notes.append(text()) }
    }
}

/// A row that did not go in, and why.
package struct RejectedRow: Sendable, Equatable, CustomStringConvertible {
    package var file: String
    /// The line on which the row starts, from 1.
    package var line: Int
    /// The device it is about, as far as that could be read.
    package var device: String?
    package var reason: String

    package init(file: String, line: Int, device: String?, reason: String) {
        (self.file, self.line, self.device, self.reason) = (file, line, device, reason)
    }

    package var description: String { "\(file):\(line): \(device.map { "device \($0): " } ?? "")\(reason)" }
}
