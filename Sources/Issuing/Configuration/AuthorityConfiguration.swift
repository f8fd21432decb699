import RotationModel

/// A certificate authority that profiles can name.
package struct AuthorityConfiguration: Hashable, Sendable {
    /// 1 to 64 of `A-Za-z0-9._-`, without a leading dot: it becomes a file name.
    package let name: String
    package let certificate: String
    /// The certificates that a device needs above the authority's, in order.
    package let chain: [String]
    package let signing: Signing
    /// Goes into certificates as their CRL distribution point; nil where there is no CRL.
    package let crlURL: String?
    /// How long a CRL is valid.
    package let crlValidity: TimeSpan
    /// How many CRLs its certificates are spread over by serial number, 1 to ``mostCRLShards``.
    package let crlShards: Int
    /// Nothing that it signs lasts beyond this time, and it signs nothing from then on; nil where it does not retire.
    package let retireAt: Timestamp?
    /// When the authority's own certificate was revoked; nil where it was not.
    package let revokedAt: Timestamp?
    /// `rotation.yaml:8`
    package let place: String

    /// Who signs.
    package enum Signing: Hashable, Sendable {
        /// This job, with the authority's key.
        case key(KeyConfiguration)
        /// An external issuer, which a program speaks for.
        case issuer(IssuerConfiguration)
    }

    /// Nil where an external issuer signs.
    package var key: KeyConfiguration? {
        if case .key(let key) = signing { key } else { nil }
    }

    /// Nil where this job signs.
    package var issuer: IssuerConfiguration? {
        if case .issuer(let issuer) = signing { issuer } else { nil }
    }

    package static let defaultCRLValidity = TimeSpan.days(7)
    package static let mostCRLShards = 65_536

    package init(
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
