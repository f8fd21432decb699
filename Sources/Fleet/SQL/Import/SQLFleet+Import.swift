import RotationModel

extension SQLFleet {
    package func importFleet(
        from path: String, options: ImportOptions, reader: @escaping CertificateReader, rejected: (RejectedRow) -> Void,
        progress: (_ bytesDone: Int64, _ bytesTotal: Int64, _ devices: Int) -> Void
    ) throws(RotationError) -> ImportSummary {
        let format = if let given = options.format { given } else { try ImportFormat(guessedFrom: path) }
        if format == .awsIoT { try ImportFormat.checkFolder(path) }
        do {
            return try importUntyped(path, format, options, reader, rejected, progress)
        } catch {
            throw engine.failure(error)
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
                        database, format: format, source: path, size: format.size(of: path), options: options,
                        sha256: sha256, rejected: rejected, progress: progress)
                    return try SQLFleet.run(session, path: path, reader: reader)
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
