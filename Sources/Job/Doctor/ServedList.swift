import Basics
import Delivery
import Issuing
import PKI
import RotationModel

/// A revocation list that certificates point to: whether verifiers get it from there.
struct ServedList: Condition {
    enum Served: Equatable {
        /// The number of what is served; nil where it is no list.
        case number(UInt64?)
        case nothing(String)
        case unable
    }

    let url: String
    /// Where it lies to be served from.
    let file: String
    /// The number that was published last.
    let published: UInt64
    let served: Served

    var findings: [Finding] {
        let remedy = "have the web server hand \(file) out at that address"
        switch served {
        case .unable: return [WebProgram.missing(url)]
        case .nothing(let why):
            return [
                Finding("crl-not-served", at: url, "verifiers cannot fetch the revocation list: \(why)", remedy: remedy)
            ]
        case .number(nil):
            return [Finding("crl-not-served", at: url, "what is served there is no revocation list", remedy: remedy)]
        case .number(let number?) where number < published:
            return [
                Finding(
                    "crl-old", at: url,
                    "the list there is number \(number), and number \(published) was published: who is revoked since is let in",
                    remedy: "\(remedy), and look at what keeps copies before it")
            ]
        case .number: return []
        }
    }
}

extension ServedList {
    /// Looks: fetches each authority's list, of several shards the first. Before the first run there is none.
    static func all(of workspace: Workspace) -> [ServedList] {
        workspace.configuration.authorities.compactMap { authority in
            guard let url = authority.crlURLs().first, url.lowercased().hasPrefix("http"),
                let name = authority.crlFileNames().first,
                let bytes = (try? workspace.delivery.revocationList(name)) ?? nil,
                let published = (try? RevocationListHead(reading: bytes))?.number
            else { return nil }
            return ServedList(
                url: url, file: "\(workspace.configuration.delivery)/crl/\(name)", published: published,
                served: fetch(url))
        }
    }

    private static func fetch(_ url: String) -> Served {
        switch WebProgram.get(url) {
        case .page(let bytes): .number((try? RevocationListHead(reading: bytes))?.number)
        case .failure(let why): .nothing(why)
        case .unable: .unable
        }
    }
}
