import Basics
import LocatedYAML
import RotationModel

/// `certificates`: which of the devices' certificates a revocation names.
enum CertificateSelectorReader {
    /// Nil, and reported, where something in it is wrong, or it is empty: one with all its lines commented out must not
    /// widen a revocation to every certificate.
    static func read(_ value: LocatedValue) -> CertificateSelector? {
        value.mapping("`certificates`") { reader -> CertificateSelector? in
            let fingerprints = list(reader, "fingerprints") { digest($0).map { Fingerprint($0) } }
            let serials = list(reader, "serials", serial)
            let issuers = reader.optional("issuer").map(SelectorReader.issuers) ?? []
            let keys = list(reader, "keys") { digest($0).map { KeyFingerprint($0) } }
            let issuedBefore = reader.optional("issuedBefore").map { $0.timestamp() } ?? .some(nil)
            let keyKinds = list(reader, "key", keyKind)
            let signatures = list(reader, "signature", signature)
            let sharedKey = reader.optional("sharedKey").map(self.sharedKey) ?? false
            if reader.isEmpty {
                value.report("`certificates` is empty", help: "say in it which, or remove it", rule: .missingValue)
            }
            guard !reader.isEmpty, let fingerprints, let serials, let issuers, let keys, let issuedBefore, let keyKinds,
                let signatures, let sharedKey
            else { return nil }
            return CertificateSelector(
                fingerprints: Set(fingerprints), serials: Set(serials), issuers: issuers, keys: Set(keys),
                issuedBefore: issuedBefore, keyKinds: keyKinds, signatures: signatures, sharedKey: sharedKey)
        } ?? nil
    }

    /// An empty list where the key is left out.
    private static func list<Element: Hashable>(
        _ reader: MappingReader, _ key: String, _ read: (LocatedValue) -> Element?
    ) -> [Element]? {
        guard let value = reader.optional(key) else { return [] }
        return value.distinct(examples[key] ?? "a value", read)
    }

    private static let examples = [
        "fingerprints": "a SHA-256 of 64 hexadecimal digits", "keys": "a SHA-256 of 64 hexadecimal digits",
        "serials": "a serial number in hexadecimal", "key": "a key such as rsa-1024",
        "signature": "a signature such as SHA1WITHRSA",
    ]

    // MARK: Values

    /// With or without the colons that `openssl x509 -fingerprint` writes.
    private static func digest(_ value: LocatedValue) -> SHA256Digest? {
        guard let text = value.word("a SHA-256 of 64 hexadecimal digits") else { return nil }
        let digits = text.filter { $0 != ":" }
        if let digest = SHA256Digest(hex: digits) { return digest }
        let isSHA1 = Hex.decode(digits)?.count == 20
        let what = value.name == "keys" ? "the key's SubjectPublicKeyInfo" : "the certificate's DER"
        value.report(
            isSHA1 ? "`\(text)` is a SHA-1" : "`\(text)` is not a SHA-256",
            help: "write that of \(what), 64 hexadecimal digits")
        return nil
    }

    private static func serial(_ value: LocatedValue) -> SerialPattern? {
        guard let text = value.line("a serial number in hexadecimal") else { return nil }
        if let serial = SerialPattern(text) { return serial }
        value.report(
            "`\(text)` is not a serial number", help: "write it in hexadecimal, such as 3F9A04 or 00:3f:9a:04")
        return nil
    }

    static func keyKind(_ value: LocatedValue) -> KeyPattern? {
        guard let text = value.word("a key such as rsa-1024") else { return nil }
        if let kind = KeyPattern(text) { return kind }
        var nearest: String? {
            Suggestion.nearest(to: text, among: KeyPattern.examples).map { "did you mean `\($0)`?" }
        }
        value.report(
            "`\(text)` is not a kind of key",
            help: nearest
                ?? "one of: rsa-N, dsa-N (N+ for that size and more), ecdsa-p256, ecdsa-p384, ecdsa-p521, ed25519, or an object identifier"
        )
        return nil
    }

    /// The registry's, and those that old certificates carry; others by their object identifier.
    static func signature(_ value: LocatedValue) -> SignatureAlgorithm? {
        guard let text = value.word("a signature such as SHA1WITHRSA") else { return nil }
        if KeyPattern.isObjectIdentifier(text) { return .other(text) }
        return value.choice(signatures.map { ($0.description, $0) }, what: "signature")
    }

    private static let signatures =
        SignatureAlgorithm.registered
        + [
            "SHA1WITHRSA", "MD5WITHRSA", "MD2WITHRSA", "SHA224WITHRSA", "ECDSA-WITH-SHA1", "ECDSA-WITH-SHA224",
            "DSA_WITH_SHA1", "DSA_WITH_SHA224", "DSA_WITH_SHA384", "DSA_WITH_SHA512", "ED25519", "ED448",
        ].map { .other($0) }

    private static func sharedKey(_ value: LocatedValue) -> Bool? {
        guard let isWanted = value.boolean() else { return nil }
        if !isWanted {
            value.report(
                "`sharedKey: false` narrows nothing",
                help: "write `sharedKey: true` for certificates whose key another device has too, or remove it",
                rule: .withoutEffect)
        }
        return isWanted
    }
}
