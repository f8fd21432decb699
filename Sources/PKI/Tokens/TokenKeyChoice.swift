import RotationModel

/// Finds the one private key of a token that a URI means.
struct TokenKeyChoice {
    let session: TokenSession
    let token: TokenInfo
    let uri: PKCS11URI

    /// - Throws: ``RotationError/Code/keyUnavailable`` where there is no such key, more than one, or one that is of no use here.
    func key() throws(RotationError) -> TokenObject {
        let keys = try objects(.privateKey)
        let fitting = keys.filter { $0.matches(uri) }
        if fitting.count > 1 {
            throw failure(
                "several private keys of the token fit: \(TokenKeyChoice.list(fitting))",
                Set(fitting.map(\.shown)).count == fitting.count
                    ? "add `id=…` to the URI, so that one is left" : "give each of them an id of its own")
        }
        guard let key = fitting.first else { throw try noKey(among: keys) }
        try check(key)
        return key
    }

    private func objects(_ kind: TokenSession.ObjectClass) throws(RotationError) -> [TokenObject] {
        do throws(CryptokiResult) {
            return try session.objects(kind)
        } catch {
            throw failure("the token does not say which objects it holds (\(error))", "see that it is plugged in")
        }
    }

    private func noKey(among keys: [TokenObject]) throws(RotationError) -> RotationError {
        for (kind, name) in [(TokenSession.ObjectClass.publicKey, "a public key"), (.certificate, "a certificate")] {
            guard let other = try objects(kind).first(where: { $0.matches(uri) }) else { continue }
            return failure(
                "the token \(token.shown) has \(other.shown) only as \(name), not as a private key",
                keys.isEmpty
                    ? "make or import the private key" : "there are these private keys: \(TokenKeyChoice.list(keys))")
        }
        guard !keys.isEmpty else {
            return failure(
                "the token \(token.shown) shows no private key",
                token.needsLogin
                    ? "make or import one" : "make or import one, or name a `pin`: private keys may show only then")
        }
        return failure(
            "the token \(token.shown) has no such private key; it has: \(TokenKeyChoice.list(keys))", "correct the URI")
    }

    private func check(_ key: TokenObject) throws(RotationError) {
        // CKK_RSA and CKK_EC
        guard key.keyType == 0 || key.keyType == 3 else {
            throw failure(
                "the key \(key.shown) is neither RSA nor EC", "keys in tokens are RSA or EC (P-256, P-384, P-521)")
        }
        guard key.canSign else {
            throw failure(
                "the key \(key.shown) may not sign (CKA_SIGN is false)", "make or import it with `--usage-sign`")
        }
        guard !key.asksEveryTime else {
            throw failure(
                "the key \(key.shown) wants the PIN before every signature (CKA_ALWAYS_AUTHENTICATE)",
                "use a key without that: a job has nobody who would confirm each certificate")
        }
    }

    private static func list(_ keys: [TokenObject]) -> String {
        let most = 8
        let shown = keys.prefix(most).map(\.shown).joined(separator: ", ")
        return keys.count > most ? "\(shown) and \(keys.count - most) more" : shown
    }

    private func failure(_ message: String, _ advice: String) -> RotationError {
        RotationError(.keyUnavailable, message, at: uri.description, advice: advice)
    }
}
