import RotationModel

/// What is known of a CRL that is published under a name.
package struct CRLState: Sendable, Equatable {
    /// Its file's name.
    package let name: String
    /// The authority, by its name in rotation.yaml.
    package let authority: String
    /// The CRL number (RFC 5280, 5.2.3): only ever grows.
    package let number: UInt64
    package let thisUpdate: Timestamp
    /// The thisUpdate of the last one that was published before it. A certificate that expired before this has been on
    /// a CRL issued beyond its validity and may be left out (RFC 5280, 3.3).
    package let previousUpdate: Timestamp?
    package let nextUpdate: Timestamp
    /// The greatest ``RevokedCertificate/id`` that it took account of; 0 for none.
    package let covers: Int64
    package let isPublished: Bool
}

/// A revoked certificate, as a CRL lists it.
package struct RevokedCertificate: Sendable, Equatable {
    /// Grows with each certificate that is revoked: what is greater than what a CRL covers is new to it.
    package let id: Int64
    package let serialNumber: SerialNumber
    package let revokedAt: Timestamp
    package let reason: RevocationReason
    package let notAfter: Timestamp
}
