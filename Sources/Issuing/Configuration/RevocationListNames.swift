// Where an authority's CRLs are, on the web and in the delivery folder. With one shard they are named as they always
// were; with several, `-K-of-N` stands before the suffix, K from 0.
extension AuthorityConfiguration {
    /// The URLs for certificates' distribution points, by shard; empty where there is no CRL.
    package func crlURLs() -> [String] { crlURLs(shards: crlShards) }

    /// The same for another number of shards.
    package func crlURLs(shards count: Int) -> [String] {
        guard let crlURL else { return [] }
        guard count > 1 else { return [crlURL] }
        let name = RevocationListURL(crlURL)
        return (0..<count).map { name.shard($0, of: count) }
    }

    /// A shard's file name: `NAME.crl` for nil, the whole list of an authority with one shard, else `NAME-K-of-N.crl`.
    package func crlFileName(shard: Int?) -> String { crlFileName(shard: shard, of: crlShards) }

    /// The same for another number of shards.
    package func crlFileName(shard: Int?, of count: Int) -> String {
        shard.map { "\(name)-\($0)-of-\(count).crl" } ?? "\(name).crl"
    }

    /// How many shards there are, by the file name of one of them; nil for any other name.
    package func shardCount(in fileName: String) -> Int? {
        guard fileName.hasPrefix("\(name)-"), fileName.hasSuffix(".crl"),
            let count = fileName.dropLast(4).split(separator: "-").last.flatMap({ Int($0) }), count > 1,
            fileName.contains("-of-\(count).crl")
        else { return nil }
        return count
    }

    /// The file names of all its CRLs, by shard. Not empty, whether it has a URL or not.
    package func crlFileNames() -> [String] {
        crlShards > 1 ? (0..<crlShards).map { crlFileName(shard: $0) } : [crlFileName(shard: nil)]
    }

    /// Whether a file name is that of one of its shards.
    package func hasShard(in fileName: String) -> Bool {
        guard fileName.hasPrefix("\(name)-"), fileName.hasSuffix("-of-\(crlShards).crl") else { return false }
        return (0..<crlShards).contains { crlFileName(shard: $0) == fileName }
    }
}

/// A CRL's URL, cut where a shard's number goes: before the last dot of the path's last segment, or after the segment
/// where it has none (RFC 3986, 3.3 to 3.5).
package struct RevocationListURL {
    private let start: Substring
    private let end: Substring
    /// The path's last segment; empty where the URL names no file.
    let fileName: Substring

    package init(_ url: String) {
        let afterScheme = url.firstRange(of: "://")?.upperBound ?? url.startIndex
        let pathEnd = url[afterScheme...].firstIndex { $0 == "?" || $0 == "#" } ?? url.endIndex
        let path = url[afterScheme..<pathEnd]
        let slash = path.lastIndex(of: "/")
        fileName = slash.map { path[path.index(after: $0)...] } ?? path[pathEnd...]
        let cut = fileName.lastIndex(of: ".") ?? pathEnd
        start = url[..<cut]
        end = url[cut...]
    }

    /// Whether there is a file name to put a shard's number into. An LDAP URL's path is an entry's name, not a file's (RFC 4516).
    package var takesShards: Bool { !fileName.isEmpty && !start.lowercased().hasPrefix("ldap:") }

    func shard(_ number: Int, of count: Int) -> String { "\(start)-\(number)-of-\(count)\(end)" }
}
