/// A request's path as metrics have it: one of a few words, whatever strangers ask for.
enum RouteLabel {
    private static let whole: Set<String> = [
        "/v1/manifest", "/v1/keys.json", "/v1/csr", "/v1/ack", "/.well-known/est/cacerts",
        "/.well-known/est/csrattrs", "/.well-known/est/simpleenroll", "/.well-known/est/simplereenroll", "/healthz",
        "/metrics", "/authorise", "/revoked",
    ]
    private static let beginnings = ["/v1/chain/", "/v1/crl/"]

    static func of(_ path: String) -> String {
        if whole.contains(path) { return path }
        if let beginning = beginnings.first(where: path.hasPrefix) { return beginning + "NAME" }
        return "other"
    }
}
