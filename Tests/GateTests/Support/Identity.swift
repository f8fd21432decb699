import Foundation
import PKI
import RotationModel
import RotationTesting
import Testing

/// A self-signed certificate and its key in files: the server asks nothing of who signed a device's.
struct Identity: Sendable {
    let folder: TemporaryFolder
    let name: String
    let (der, pem): ([UInt8], [UInt8])
    /// As the registry has it.
    let fingerprint: String

    var certificatePath: String { folder["\(name).pem"] }
    var keyPath: String { folder["\(name).key"] }

    static let sensor = Result { try Identity("sensor-1") }
    static let other = Result { try Identity("sensor-2") }

    init(_ name: String, in folder: TemporaryFolder? = nil) throws {
        let folder = try folder ?? TemporaryFolder()
        let (keyPath, certificatePath) = (folder["\(name).key"], folder["\(name).pem"])
        (self.folder, self.name) = (folder, name)
        let outcome = try ExternalProgram.run([
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
            "-subj", "/CN=\(name)", "-keyout", keyPath, "-out", certificatePath,
        ])
        try #require(outcome.status == 0, "\(outcome.errors)")
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: keyPath)
        pem = try folder.read("\(name).pem")
        der = try Certificate.all(reading: pem)[0].der
        fingerprint = SHA256.digest(der).hex
    }
}
