import Issuing
import PKI
import RotationModel

extension GateConfiguration {
    /// What the server shows of itself, read from its files.
    ///
    /// - Parameter observer: Told of what stops nothing.
    /// - Throws: ``RotationError`` where a file is missing, open to others, or no certificate for its key; as
    ///   ``PKI/ServerCertificate/init(chain:key:place:)`` says.
    package func serverContext(observer: any RunObserver) throws(RotationError) -> ServerContext {
        var certificates: [ServerCertificate] = []
        for files in self.certificates {
            let bytes = try ConfigurationFile.read(
                files.certificate, limit: GateConfiguration.largestCertificateFile,
                missing: "`certificate` of `gate` names a PEM file with the server's certificate first")
            let key = try KeyLoading(key: files.key, observer: observer).load()
            do throws(RotationError) {
                certificates.append(try ServerCertificate(reading: bytes, key: key, place: files.certificate))
            } catch {
                guard error.place.isEmpty else { throw error }
                throw RotationError(error.code, error.message, at: files.certificate, advice: error.advice)
            }
        }
        return try ServerContext(certificates)
    }

    /// The files whose change means another certificate.
    package var certificateFiles: [String] {
        certificates.flatMap { files -> [String] in
            guard case .file(let key) = files.key.source else { return [files.certificate] }
            return [files.certificate, key]
        }
    }

    private static let largestCertificateFile = 1 << 20
}
