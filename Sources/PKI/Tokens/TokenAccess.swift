import Dispatch
import RotationModel
import Synchronization

/// What the keys of one token share: the login, and the sessions that signatures are made in.
///
/// The engine opens sessions as it needs them, and where the token has no more it waits for ever. So they are counted beforehand, and no
/// more threads sign at once than there are.
///
/// It lives as long as the process: a login ends with its session.
final class TokenAccess: Sendable {
    let session: TokenSession
    /// How many may sign at once: 1 to ``most``.
    let sessions: Int
    private let free: DispatchSemaphore

    /// A token that answers over a network is kept busy by several; the engine has room for 16, and this job is not the token's only user.
    private static let most = 8

    private static let all = Mutex<[String: TokenAccess]>([:])

    /// - Parameter login: opens the session, where the process has none yet.
    static func shared(
        to token: TokenInfo, of module: CryptokiModule, uri: PKCS11URI,
        login: () throws(RotationError) -> TokenSession
    ) throws(RotationError) -> TokenAccess {
        let name = "\(token.slot) \(module.path)"
        return try all.withLock { all throws(RotationError) in
            if let access = all[name] { return access }
            let session = try login()
            let spare = TokenAccess.spareSessions(module, slot: token.slot)
            guard spare > 0 else {
                throw RotationError(
                    .keyUnavailable, "the token \(token.shown) has one session left, and the job needs two",
                    at: uri.description, advice: "end other programs that use it, or let it have more sessions")
            }
            let access = TokenAccess(session, spare)
            all[name] = access
            return access
        }
    }

    private init(_ session: TokenSession, _ sessions: Int) {
        (self.session, self.sessions, free) = (session, sessions, DispatchSemaphore(value: sessions))
    }

    /// What a token says of its sessions (CK_TOKEN_INFO) is often not known, so that as many as are wanted are opened and closed again.
    private static func spareSessions(_ module: CryptokiModule, slot: UInt) -> Int {
        var open: [TokenSession] = []
        while open.count < most, let session = try? TokenSession(module, slot: slot) { open.append(session) }
        return open.count
    }

    /// Waits until a session is free for it.
    func inSession<Result>(_ body: () -> Result) -> Result {
        free.wait()
        defer { free.signal() }
        return body()
    }
}
