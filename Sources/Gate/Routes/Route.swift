import Basics

/// What a path stands for. Devices stand in no path: who asks, the certificate says.
enum Route: Hashable {
    case manifest
    case keys
    case chain(String)
    case crl(String)
    case csr
    case ack
    /// RFC 7030, 4.1.
    case authorityCertificates
    /// RFC 7030, 4.5.
    case requestAttributes
    /// RFC 7030, 4.2.1 and 4.2.2: for a device that is known they are the same.
    case enrollment

    /// - Parameter path: As it was sent. No name needs percent-encoding, so none is undone: `%2f` is in no name.
    init?(path: String) {
        switch path {
        case "/v1/manifest": self = .manifest
        case "/v1/keys.json": self = .keys
        case "/v1/csr": self = .csr
        case "/v1/ack": self = .ack
        case "/.well-known/est/cacerts": self = .authorityCertificates
        case "/.well-known/est/csrattrs": self = .requestAttributes
        case "/.well-known/est/simplereenroll", "/.well-known/est/simpleenroll": self = .enrollment
        default:
            if let name = Route.name(in: path, under: "/v1/chain/") {
                self = .chain(name)
            } else if let name = Route.name(in: path, under: "/v1/crl/") {
                self = .crl(name)
            } else {
                return nil
            }
        }
    }

    /// Of what is published under a name: letters, digits, `.`, `_` and `-`, not a dot first.
    private static func name(in path: String, under folder: String) -> String? {
        guard path.utf8.starts(with: folder.utf8) else { return nil }
        let name = path.utf8.dropFirst(folder.utf8.count)
        guard (1...128).contains(name.count), name.first != UInt8(ascii: "."),
            name.allSatisfy({ PercentEncoding.isUnreserved($0) && $0 != UInt8(ascii: "~") })
        else { return nil }
        return String(name)
    }

    /// What it takes to ask for it; nil where everybody may.
    var kind: RouteKind? {
        switch self {
        case .manifest: .manifest
        case .keys: .keys
        case .chain: .chain
        case .crl: .crl
        case .csr: .csr
        case .ack: .ack
        case .enrollment: .est
        case .authorityCertificates, .requestAttributes: nil
        }
    }

    /// The methods that it has.
    var methods: [String] {
        switch self {
        case .manifest, .keys, .chain, .crl, .authorityCertificates, .requestAttributes: ["GET", "HEAD"]
        case .csr, .ack, .enrollment: ["POST"]
        }
    }
}
