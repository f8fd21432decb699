public import RotationModel

/// A certificate authority that profiles can name.
public struct AuthorityConfiguration: Hashable, Sendable {
    /// 1 to 64 of `A-Za-z0-9._-`, without a leading dot: it becomes a file name.
    public let name: String
    public let certificate: String
    /// The certificates that a device needs above the authority's, in order.
    public let chain: [String]
    public let signing: Signing
    /// Goes into certificates as their CRL distribution point; nil where there is no CRL.
    public let crlURL: String?
    /// How long a CRL is valid.
    public let crlValidity: TimeSpan
    /// How many CRLs its certificates are spread over by serial number, 1 to ``mostCRLShards``.
    public let crlShards: Int
    /// Nothing that it signs lasts beyond this time, and it signs nothing from then on; nil where it does not retire.
    public let retireAt: Timestamp?
    /// When the authority's own certificate was revoked; nil where it was not.
    public let revokedAt: Timestamp?
    /// `rotation.yaml:8`
    public let place: String

    /// Who signs.
    public enum Signing: Hashable, Sendable {
        /// This job, with the authority's key.
        case key(KeyConfiguration)
        /// An external issuer, which a program speaks for.
        case issuer(IssuerConfiguration)
    }

    /// Nil where an external issuer signs.
    public var key: KeyConfiguration? {
        if case .key(let key) = signing { key } else { nil }
    }

    /// Nil where this job signs.
    public var issuer: IssuerConfiguration? {
        if case .issuer(let issuer) = signing { issuer } else { nil }
    }

    public static let defaultCRLValidity = TimeSpan.days(7)
    public static let mostCRLShards = 65_536

    public init(
        name: String, certificate: String, chain: [String] = [], signing: Signing, crlURL: String? = nil,
        crlValidity: TimeSpan = AuthorityConfiguration.defaultCRLValidity, crlShards: Int = 1,
        retireAt: Timestamp? = nil, revokedAt: Timestamp? = nil, place: String = ""
    ) {
        self.name = name
        self.certificate = certificate
        self.chain = chain
        self.signing = signing
        self.crlURL = crlURL
        self.crlValidity = crlValidity
        self.crlShards = crlShards
        self.retireAt = retireAt
        self.revokedAt = revokedAt
        self.place = place
    }
}
