import RotationModel

/// Logs in to a token, in one attempt. A job that cron starts again and again must never lock a token: a PIN that is wrong is not given a second
/// time, and the last try is left to a person.
struct TokenLogin {
    let module: CryptokiModule
    let token: TokenInfo
    let uri: PKCS11URI

    /// - Parameters:
    ///   - pin: the token's user PIN; nil for a token that asks for none.
    ///   - opening: how often this process had opened the token before.
    /// - Throws: ``RotationError/Code/keyUnavailable``, with what is left of the token's patience where the PIN is wrong.
    func open(_ pin: Passphrase?, opening: Int) throws(RotationError) -> TokenSession {
        if token.needsLogin { try checkBefore(pin) }
        let session: TokenSession
        do throws(CryptokiResult) {
            session = try TokenSession(module, slot: token.slot, opening: opening)
        } catch {
            throw failure("the token opens no session (\(error))", "see that it is plugged in and not in use elsewhere")
        }
        guard token.needsLogin, let pin else { return session }
        do throws(CryptokiResult) {
            try session.login(pin)
        } catch {
            throw refused(error)
        }
        return session
    }

    private func checkBefore(_ pin: Passphrase?) throws(RotationError) {
        if token.isPINLocked { throw locked }
        guard token.hasUserPIN else {
            throw failure(
                "the token \(token.shown) has no user PIN yet",
                "set one with its maker's tools: `pkcs11-tool --init-pin`, with the security officer's PIN")
        }
        guard pin != nil else {
            throw failure(
                "the token \(token.shown) wants a PIN and none is configured",
                token.hasPINPad
                    ? "a job cannot type on the token's pad: set the token up for a PIN that the host gives"
                    : "name one beside `pkcs11`: pin: { file: … }, { env: … } or { credential: … }")
        }
        if token.isFinalTry {
            throw failure(
                "the token \(token.shown) has one try left for its PIN, and this job does not use it up",
                "log in by hand with the right PIN (`pkcs11-tool --login --list-objects`): that gives the tries back; then check `pin`"
            )
        }
    }

    private var locked: RotationError {
        failure(
            "the PIN of the token \(token.shown) is locked: it was given wrongly too often",
            "unlock it with the security officer's PIN (`pkcs11-tool --init-pin`), and check `pin` before the job runs again"
        )
    }

    private func refused(_ result: CryptokiResult) -> RotationError {
        switch result {
        case .pinIncorrect, .pinInvalid, .pinLength:
            return failure(
                "the PIN of the token \(token.shown) is wrong (\(result)); \(triesLeft)",
                "check `pin`. It was tried once and is not tried again before the next run")
        case .pinLocked: return locked
        case .pinExpired:
            return failure("the PIN of the token \(token.shown) has expired", "set a new one with its maker's tools")
        case .userPINNotInitialized:
            return failure("the token \(token.shown) has no user PIN yet", "set one with its maker's tools")
        default:
            return failure(
                "the token \(token.shown) does not let the job log in (\(result))",
                "see that it is plugged in and its service runs")
        }
    }

    /// PKCS#11 counts no tries; it only says how near the end is.
    private var triesLeft: String {
        guard let now = try? module.token(in: token.slot) else { return "how many tries are left is not known" }
        if now.isPINLocked { return "that was the last try: the PIN is locked now" }
        if now.isFinalTry { return "one try is left" }
        return now.isPINCountLow ? "the token says that tries are running out" : "the token says nothing of its tries"
    }

    private func failure(_ message: String, _ advice: String) -> RotationError {
        RotationError(.keyUnavailable, message, at: uri.description, advice: advice)
    }
}
