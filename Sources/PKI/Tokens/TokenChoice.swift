import RotationModel

/// Finds the one token that a URI means.
struct TokenChoice {
    let module: CryptokiModule
    let uri: PKCS11URI

    /// - Throws: ``RotationError/Code/keyUnavailable`` where there is no such token, more than one, or one that nobody set up.
    func token() throws(RotationError) -> TokenInfo {
        let tokens = try self.tokens()
        let fitting = tokens.filter { $0.matches(uri) }
        if fitting.count > 1 {
            throw failure(
                "several tokens fit: \(TokenChoice.list(fitting))", "add `serial=…` to the URI, so that one is left")
        }
        guard let token = fitting.first else { throw noToken(among: tokens) }
        guard token.isInitialized else {
            throw failure(
                "the token in slot \(token.slot) is not initialised",
                "initialise it with its maker's tools, and make or import the key")
        }
        return token
    }

    /// Finds a token again that was lost, wherever it is now.
    ///
    /// - Parameter token: as it was.
    func again(_ token: TokenInfo) throws(RotationError) -> TokenInfo {
        let same = try tokens().filter { $0.isSame(as: token) }
        guard let found = same.first(where: { $0.slot == token.slot }) ?? same.first else {
            throw failure("the token \(token.shown) was there and is gone", TokenChoice.plugIn)
        }
        return found
    }

    private func tokens() throws(RotationError) -> [TokenInfo] {
        do throws(CryptokiResult) {
            var tokens: [TokenInfo] = []
            for slot in try module.slots() {
                do throws(CryptokiResult) {
                    tokens.append(try module.token(in: slot))
                } catch  where error.isEmptySlot {
                    continue
                }
            }
            return tokens
        } catch {
            throw failure("the PKCS#11 module does not say which tokens there are (\(error))", TokenChoice.plugIn)
        }
    }

    private func noToken(among tokens: [TokenInfo]) -> RotationError {
        let wanted = uri.token.map { "no token `\($0)`" } ?? "no token that the URI fits"
        let ready = tokens.filter(\.isInitialized)
        if !ready.isEmpty {
            return failure(
                "there is \(wanted); there are: \(TokenChoice.list(ready))",
                "correct the URI, or plug the token in")
        }
        if !tokens.isEmpty {
            return failure(
                "there is \(wanted), only \(tokens.count) that nobody has initialised",
                "initialise one with its maker's tools (`softhsm2-util --init-token` for SoftHSM), or plug the token in"
            )
        }
        return failure("there is \(wanted): the module \(module.path) sees no token at all", TokenChoice.plugIn)
    }

    private static let plugIn =
        "see that the token is plugged in, its service runs, and the user that runs the job may use both"

    private static func list(_ tokens: [TokenInfo]) -> String {
        let most = 8
        let shown = tokens.prefix(most).map(\.shown).joined(separator: ", ")
        return tokens.count > most ? "\(shown) and \(tokens.count - most) more" : shown
    }

    private func failure(_ message: String, _ advice: String) -> RotationError {
        RotationError(.keyUnavailable, message, at: uri.description, advice: advice)
    }
}
