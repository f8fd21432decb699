import RotationModel

/// What is known of a CRL that is published under a name.
public struct CRLState: Sendable, Equatable {
    /// Its file's name.
    public let name: String
    /// The authority, by its name in rotation.yaml.
    public let authority: String
    /// The CRL number (RFC 5280, 5.2.3): only ever grows.
    public let number: UInt64
    public let thisUpdate: Timestamp
    /// The thisUpdate of the last one that was published before it. A certificate that expired before this has been on
    /// a CRL issued beyond its validity and may be left out (RFC 5280, 3.3).
    public let previousUpdate: Timestamp?
    public let nextUpdate: Timestamp
    /// The greatest ``RevokedCertificate/id`` that it took account of; 0 for none.
    public let covers: Int64
    public let isPublished: Bool
}

/// A revoked certificate, as a CRL lists it.
public struct RevokedCertificate: Sendable, Equatable {
    /// Grows with each certificate that is revoked: what is greater than what a CRL covers is new to it.
    public let id: Int64
    public let serialNumber: SerialNumber
    public let revokedAt: Timestamp
    public let reason: RevocationReason
    public let notAfter: Timestamp
}
