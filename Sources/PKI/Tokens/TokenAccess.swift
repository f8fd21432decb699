import Dispatch
import RotationModel
import Synchronization

/// What the keys of one token share: the login, and the sessions that signatures are made in, one a thread.
///
/// A token that loses its sessions is opened anew, once for all threads. It lives as long as one of the keys: then the sessions are closed, and
/// with the last of them the login ends.
final class TokenAccess: Sendable {
    /// How many may sign at once: 1 to ``most``.
    let sessions: Int
    private let module: CryptokiModule
    private let uri: PKCS11URI
    private let free: DispatchSemaphore
    private let state: Mutex<State>

    private struct State {
        var token: TokenInfo
        /// For the case that the token has to be opened anew. It opened the token once, so that it is right.
        var pin: Passphrase?
        /// How often the token was opened anew.
        var opening = 0
        /// Those that nobody uses. Fewer than are free where the token was opened anew: then they are opened as they are needed.
        var idle: [TokenSession]
        /// Why the token is given up.
        var end: RotationError?

        mutating func giveUp(_ error: RotationError) {
            end = error
            // Nobody needs it any more: with the last reference it is wiped.
            pin = nil
            idle = []
        }
    }

    /// A token that answers over a network is kept busy by several, and this job is not the token's only user.
    private static let most = 8

    private static let all = Mutex<[String: Living]>([:])

    private struct Living {
        weak var access: TokenAccess?
    }

    /// - Parameter pin: as ``TokenLogin/open(_:opening:)`` has it. It is not looked at where the process is logged in already.
    static func shared(
        to token: TokenInfo, of module: CryptokiModule, uri: PKCS11URI, pin: Passphrase?
    ) throws(RotationError) -> TokenAccess {
        let name = "\(token.slot) \(token.serial) \(module.path)"
        return try all.withLock { all throws(RotationError) in
            if let access = all[name]?.access { return access }
            let first = try TokenLogin(module: module, token: token, uri: uri).open(pin, opening: 0)
            let access = TokenAccess(module, token, uri, pin, withSpare(first, module, token))
            all[name] = Living(access: access)
            return access
        }
    }

    private init(
        _ module: CryptokiModule, _ token: TokenInfo, _ uri: PKCS11URI, _ pin: Passphrase?, _ open: [TokenSession]
    ) {
        (self.module, self.uri, sessions) = (module, uri, open.count)
        free = DispatchSemaphore(value: open.count)
        state = Mutex(State(token: token, pin: pin, idle: open))
    }

    /// What a token says of its sessions (CK_TOKEN_INFO) is often not known, so that as many as are wanted are opened.
    private static func withSpare(
        _ first: TokenSession, _ module: CryptokiModule, _ token: TokenInfo
    ) -> [TokenSession] {
        var open = [first]
        while open.count < most, let session = try? TokenSession(module, slot: token.slot, opening: 0) {
            open.append(session)
        }
        return open
    }

    /// Where the token is now.
    var slot: UInt { state.withLock { $0.token.slot } }

    // MARK: Using sessions

    /// Waits until a session is free for it.
    func inSession<Result>(
        _ body: (TokenSession) throws(RotationError) -> Result
    ) throws(RotationError) -> Result {
        free.wait()
        defer { free.signal() }
        let session = try take()
        defer { giveBack(session) }
        return try body(session)
    }

    /// Waits until a session is free for it. Where the token has lost it, the token is opened anew and the body is called once more.
    ///
    /// - Parameter explained: what is said of a result that stays.
    func inLastingSession<Result>(
        _ body: (TokenSession) throws(CryptokiResult) -> Result, explained: (CryptokiResult) -> RotationError
    ) throws(RotationError) -> Result {
        free.wait()
        defer { free.signal() }
        do throws(Fault) {
            return try attempt(in: take, body)
        } catch {
            guard let (loss, opening) = error.loss else { throw error.explained(explained) }
            do throws(Fault) {
                return try attempt(
                    in: { () throws(RotationError) in try reopened(after: opening, because: loss) }, body)
            } catch {
                let lasting = error.explained(explained)
                if error.loss != nil { state.withLock { $0.giveUp(lasting) } }
                throw lasting
            }
        }
    }

    /// Why nothing came of an attempt.
    private enum Fault: Error {
        case noSession(RotationError)
        case refused(CryptokiResult, opening: Int)

        var loss: (CryptokiResult, opening: Int)? {
            guard case .refused(let result, let opening) = self, result.isLoss else { return nil }
            return (result, opening)
        }

        func explained(_ words: (CryptokiResult) -> RotationError) -> RotationError {
            switch self {
            case .noSession(let error): error
            case .refused(let result, _): words(result)
            }
        }
    }

    /// A session that was lost is closed when this returns: the token may have no other.
    private func attempt<Result>(
        in opened: () throws(RotationError) -> TokenSession, _ body: (TokenSession) throws(CryptokiResult) -> Result
    ) throws(Fault) -> Result {
        let session: TokenSession
        do throws(RotationError) { session = try opened() } catch { throw .noSession(error) }
        do throws(CryptokiResult) {
            let result = try body(session)
            giveBack(session)
            return result
        } catch {
            if !error.isLoss { giveBack(session) }
            throw .refused(error, opening: session.opening)
        }
    }

    private func take() throws(RotationError) -> TokenSession {
        try state.withLock { state throws(RotationError) in
            if let end = state.end { throw end }
            if let session = state.idle.popLast() { return session }
            return try open(state)
        }
    }

    /// One from before the token was opened anew is closed instead.
    private func giveBack(_ session: TokenSession) {
        state.withLock { if $0.opening == session.opening, $0.end == nil { $0.idle.append(session) } }
    }

    // MARK: Opening anew

    /// - Parameter opening: that of the session that was lost.
    private func reopened(
        after opening: Int, because loss: CryptokiResult
    ) throws(RotationError) -> TokenSession {
        try state.withLock { state throws(RotationError) in
            if let end = state.end { throw end }
            // Another thread lost its session too, and was here before.
            guard state.opening == opening else { return try open(state) }
            state.idle = []
            state.opening += 1
            do throws(RotationError) {
                state.token = try TokenChoice(module: module, uri: uri).again(state.token)
                return try TokenLogin(module: module, token: state.token, uri: uri)
                    .open(state.pin, opening: state.opening)
            } catch {
                let error = RotationError(
                    error.code, "the token does not sign (\(loss)), and opening it anew failed: \(error.message)",
                    at: error.place, advice: error.advice)
                state.giveUp(error)
                throw error
            }
        }
    }

    private func open(_ state: State) throws(RotationError) -> TokenSession {
        do throws(CryptokiResult) {
            return try TokenSession(module, slot: state.token.slot, opening: state.opening)
        } catch {
            throw RotationError(
                .keyUnavailable, "the token \(state.token.shown) opens no session (\(error))", at: uri.description,
                advice: "see that it is plugged in and not in use elsewhere")
        }
    }
}
