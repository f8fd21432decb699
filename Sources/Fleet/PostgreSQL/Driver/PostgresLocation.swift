import CPostgreSQL
import RotationModel

/// Where a registry in PostgreSQL is: a server, a database, and a schema in it.
package struct PostgresLocation: Sendable, Equatable {
    /// As libpq takes it: parameters by name, without a password.
    let parameters: [String: String]
    /// The schema that holds the registry's tables.
    package let schema: String
    /// As people name it.
    package let text: String

    package static let defaultSchema = "rotation"

    /// - Parameter url: `postgresql://HOST/DATABASE?…`, as libpq's documentation has it ("Connection URIs"). It names no password: that comes from
    ///   `~/.pgpass`, from the file that `passfile` names, or from a client certificate (`sslcert`, `sslkey`).
    /// - Throws: ``RotationError/Code/configuration``, which never quotes the URL.
    package init(_ url: String, schema: String = defaultSchema) throws(RotationError) {
        guard url.hasPrefix("postgresql://") || url.hasPrefix("postgres://") else {
            throw PostgresLocation.mistake("it does not begin with postgresql://")
        }
        guard PostgresLocation.isPlainName(schema) else {
            throw PostgresLocation.mistake(
                "the schema's name is to be of lower-case letters, digits and underscores, and no longer than 60")
        }
        var found = try PostgresLocation.parse(url)
        guard found["password"] == nil, found["sslpassword"] == nil else {
            throw PostgresLocation.mistake(
                "it has a password in it, which everybody reads who reads the configuration",
                advice: "put it into ~/.pgpass of the job's user, or into a file that `?passfile=` names, of mode 0600")
        }
        let isLocal = (found["host"] ?? "").isEmpty || found["host"]?.hasPrefix("/") == true
        if found["sslmode"] == nil && !isLocal { found["sslmode"] = "verify-full" }
        parameters = found
        self.schema = schema
        text = PostgresLocation.spelled(found, schema: schema)
    }

    /// Why somebody on the way could pretend to be the server; nil where nobody could.
    package var weakness: String? {
        let host = parameters["host"] ?? ""
        guard !host.isEmpty, !host.hasPrefix("/"), let mode = parameters["sslmode"], mode != "verify-full" else {
            return nil
        }
        return
            "sslmode=\(mode) does not check that the server is the one that \(host) names; say verify-full, or leave it out"
    }

    private static func spelled(_ parameters: [String: String], schema: String) -> String {
        let host = parameters["host"] ?? ""
        let server = host.hasPrefix("/") ? "" : host + (parameters["port"].map { ":\($0)" } ?? "")
        let folder = host.hasPrefix("/") ? "?host=\(host)" + (parameters["port"].map { "&port=\($0)" } ?? "") : ""
        let place = "postgresql://\(server)/\(parameters["dbname"] ?? "")\(folder)"
        return schema == defaultSchema ? place : "\(place) (schema \(schema))"
    }

    private static func parse(_ url: String) throws(RotationError) -> [String: String] {
        var message: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(url, &message) else {
            // libpq's sentence may quote what was given.
            PQfreemem(message)
            throw mistake("libpq cannot read it as a connection URI")
        }
        defer { PQconninfoFree(options) }
        var found: [String: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { found[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        return found
    }

    static func isPlainName(_ name: String) -> Bool {
        guard (1...60).contains(name.utf8.count), let first = name.utf8.first else { return false }
        let letters = UInt8(ascii: "a")...UInt8(ascii: "z")
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        return letters.contains(first)
            && name.utf8.allSatisfy { letters.contains($0) || digits.contains($0) || $0 == UInt8(ascii: "_") }
    }

    private static func mistake(_ what: String, advice: String? = nil) -> RotationError {
        RotationError(
            .configuration, "the registry's address is not right: \(what)",
            advice: advice ?? "write `inventory: { postgres: \"postgresql://HOST/DATABASE\" }`")
    }
}
