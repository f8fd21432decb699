import GRDB
import RotationModel

extension Inventory {
    /// Reads devices and their certificates in. Reading the same input again changes nothing.
    ///
    /// A row that cannot go in is reported and left out; the others go in. Unless it is strict or a dry run, the import
    /// commits every some thousand rows: after a crash, importing again completes it.
    ///
    /// - Parameters:
    ///   - path: A file, or for aws-iot a folder.
    ///   - reader: Reads one certificate, PEM or DER.
    ///   - rejected: Called for each row that does not go in, in the order of the input.
    ///   - progress: Called now and then with the bytes read, the file's size, and the devices so far.
    /// - Throws: ``RotationError`` where the input as a whole cannot be read, or the inventory cannot be written.
    package func importFleet(
        from path: String, options: ImportOptions, reader: @escaping CertificateReader, rejected: (RejectedRow) -> Void,
        progress: (_ bytesDone: Int64, _ bytesTotal: Int64, _ devices: Int) -> Void
    ) throws(RotationError) -> ImportSummary {
        let format = if let given = options.format { given } else { try ImportFormat(guessedFrom: path) }
        if format == .awsIoT { try ImportFormat.checkFolder(path) }
        do {
            return try importUntyped(path, format, options, reader, rejected, progress)
        } catch {
            throw StorageFailure.error(error, path: self.path)
        }
    }

    /// The session keeps the closures for as long as it lives, which is no longer than this call.
    private func importUntyped(
        _ path: String, _ format: ImportFormat, _ options: ImportOptions, _ reader: @escaping CertificateReader,
        _ rejected: (RejectedRow) -> Void, _ progress: (Int64, Int64, Int) -> Void
    ) throws -> ImportSummary {
        try withoutActuallyEscaping(rejected) { rejected in
            try withoutActuallyEscaping(progress) { progress in
                try withWriter { database in
                    let session = try ImportSession(
                        database, format: format, source: path, options: options, sha256: sha256, rejected: rejected,
                        progress: progress)
                    return try Inventory.run(session, path: path, reader: reader)
                }
            }
        }
    }

    private static func run(
        _ session: ImportSession, path: String, reader: @escaping CertificateReader
    ) throws -> ImportSummary {
        do {
            try session.begin()
            switch session.summary.format {
            case .csv: try CSVImport.run(path, into: session, reader: reader)
            case .ndjson: try NDJSONImport.run(path, into: session, reader: reader)
            case .awsIoT: try AWSIoTImport.run(path, into: session, reader: reader)
            }
            try session.finish()
        } catch {
            session.abandon()
            throw error
        }
        return session.summary
    }
}
