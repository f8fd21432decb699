import COpenSSL
import RotationModel

/// Owns one `X509`, which is how OpenSSL's TLS takes certificates.
final class X509Handle {
    let pointer: OpaquePointer

    init(takingOwnership pointer: OpaquePointer) { self.pointer = pointer }

    deinit { X509_free(pointer) }

    /// - Throws: ``RotationError/Code/configuration`` where OpenSSL cannot read what ``Certificate`` could.
    convenience init(_ certificate: Certificate) throws(RotationError) {
        OpenSSLErrors.clear()
        let parsed = certificate.der.withUnsafeBufferPointer { buffer in
            var position = buffer.baseAddress
            return d2i_X509(nil, &position, buffer.count)
        }
        guard let parsed else {
            throw OpenSSLErrors.failure(.configuration, "OpenSSL cannot read the certificate \(certificate.subject)")
        }
        self.init(takingOwnership: parsed)
    }

    /// A borrowed `X509` in DER; nil where there is no memory for it.
    static func der(of pointer: OpaquePointer) -> [UInt8]? {
        var der: UnsafeMutablePointer<UInt8>?
        let count = i2d_X509(pointer, &der)
        defer { CRYPTO_free(der, #file, #line) }
        guard let der, count > 0 else { return nil }
        return Array(UnsafeBufferPointer(start: der, count: Int(count)))
    }
}
