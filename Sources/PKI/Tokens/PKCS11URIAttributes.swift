import Basics

/// The attributes of a PKCS#11 URI by name, percent-decoded (RFC 7512, 2.3).
struct PKCS11URIAttributes {
    private var values: [String: [UInt8]] = [:]

    private static let scheme = "pkcs11:"

    /// Those of RFC 7512 that nothing here acts on, and what to do instead.
    private static let refused = [
        "pin-value":
            "a PIN does not stand in this file; say where it comes from: `pin: { file: … }`, { env: … } or { credential: … }",
        "pin-source": "write `pin: { file: … }` beside the URI",
        "module-name": "name the module's file: `module: /usr/lib/softhsm/libsofthsm2.so`",
        "library-manufacturer": "name the module's file with `module`",
        "library-description": "name the module's file with `module`",
        "library-version": "name the module's file with `module`",
        "slot-manufacturer": "name the token by `token` or `serial`",
        "slot-description": "name the token by `token` or `serial`",
    ]

    init(_ text: String) throws(PKCS11URI.Mistake) {
        guard text.lowercased().hasPrefix(PKCS11URIAttributes.scheme) else {
            throw PKCS11URI.Mistake(
                "a PKCS#11 URI starts with `pkcs11:`", help: "write \"pkcs11:token=…;object=…\" (RFC 7512)")
        }
        let rest = text.dropFirst(PKCS11URIAttributes.scheme.count)
        let query = rest.firstIndex(of: "?")
        // A path's attributes stand between semicolons, a query's between ampersands.
        var parts = rest[..<(query ?? rest.endIndex)].split(separator: ";", omittingEmptySubsequences: false)
        if let query {
            parts += rest[rest.index(after: query)...].split(separator: "&", omittingEmptySubsequences: false)
        }
        for part in parts where !(parts.count == 1 && part.isEmpty) { try add(part) }
        guard values.keys.contains(where: { $0 != "type" && $0 != "module-path" }) else {
            throw PKCS11URI.Mistake(
                "the URI names neither a token nor a key", help: "write \"pkcs11:token=…;object=…\" (RFC 7512)")
        }
    }

    private mutating func add(_ part: Substring) throws(PKCS11URI.Mistake) {
        guard let equals = part.firstIndex(of: "="), equals != part.startIndex else {
            // The text itself is not quoted: it could be the rest of a PIN.
            throw PKCS11URI.Mistake(
                part.isEmpty ? "the URI has an empty attribute" : "the URI has an attribute that is not `name=value`",
                help: "write \"pkcs11:token=…;object=…\"; a `;`, `&` or `?` in a value is %3B, %26, %3F")
        }
        let name = String(part[..<equals])
        if let help = PKCS11URIAttributes.refused[name] {
            throw PKCS11URI.Mistake("the URI has `\(name)`, which is not taken here", help: help)
        }
        guard PKCS11URI.attributes.contains(name) else {
            throw PKCS11URI.Mistake("unknown attribute `\(name)` in the URI", help: "", unknown: name)
        }
        guard let value = PercentEncoding.decode(part[part.index(after: equals)...]) else {
            throw PKCS11URI.Mistake(
                "the value of `\(name)` has a `%` without two hexadecimal digits", help: "write a percent sign as %25")
        }
        guard !value.isEmpty else {
            throw PKCS11URI.Mistake("`\(name)` has no value", help: "give it one, or leave it out")
        }
        guard values.updateValue(value, forKey: name) == nil else {
            throw PKCS11URI.Mistake("`\(name)` stands twice in the URI", help: "keep one of them")
        }
    }

    func bytes(_ name: String) -> [UInt8]? { values[name] }

    func text(_ name: String) throws(PKCS11URI.Mistake) -> String? {
        guard let bytes = values[name] else { return nil }
        guard let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
            throw PKCS11URI.Mistake("the value of `\(name)` is not UTF-8", help: "only `id` may be any bytes")
        }
        return text
    }

    func number(_ name: String) throws(PKCS11URI.Mistake) -> UInt? {
        guard let text = try text(name) else { return nil }
        guard let number = UInt(text) else {
            throw PKCS11URI.Mistake("`\(name)` is not a number", help: "`pkcs11-tool --list-slots` shows the numbers")
        }
        return number
    }
}
