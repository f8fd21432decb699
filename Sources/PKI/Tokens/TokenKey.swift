import RotationModel
import Synchronization

/// A private key in a token: it stays there, and the token makes its signatures.
final class TokenKey: KeyToken {
    private let uri: PKCS11URI
    private let module: CryptokiModule
    private let access: TokenAccess
    private let found: Mutex<Found>

    private struct Found {
        var key: TokenObject
        /// What the key's handle is good for.
        var opening: Int
    }

    /// - Parameter opening: that of the session in which the key was found.
    init(_ key: TokenObject, opening: Int, uri: PKCS11URI, module: CryptokiModule, access: TokenAccess) {
        (self.uri, self.module, self.access) = (uri, module, access)
        found = Mutex(Found(key: key, opening: opening))
    }

    var name: String { uri.description }
    var sessions: Int { access.sessions }

    func signer(
        for key: PublicKeyInfo, hash: HashAlgorithm, padding: SignaturePadding
    ) throws(RotationError) -> any DigestSigner {
        guard let mechanism = SigningMechanism(for: key, hash: hash, padding: padding) else {
            throw RotationError(
                .configuration, "a key of \(key.algorithm) cannot sign this way with \(hash)", at: name)
        }
        guard module.signs(mechanism.type, in: access.slot) else {
            throw RotationError(
                .configuration, "the token does not sign by \(mechanism.name)", at: name,
                advice: "have the policy sign with another algorithm, or use another token")
        }
        return TokenSigner(key: self, mechanism: mechanism)
    }

    fileprivate func sign(_ data: [UInt8], _ mechanism: SigningMechanism) throws(RotationError) -> [UInt8] {
        try access.inLastingSession { session throws(CryptokiResult) in
            do throws(CryptokiResult) {
                return try session.sign(data, by: try handle(in: session), mechanism, largest: TokenKey.largest)
            } catch  where error.isMissingKey {
                // Whoever wrote it anew gave it another handle.
                return try session.sign(data, by: try find(in: session), mechanism, largest: TokenKey.largest)
            }
        } explained: { result in
            explained(result)
        }
    }

    /// Bytes of the longest signature: RSA of 16384 bits.
    private static let largest = 2048

    // MARK: The handle

    private func handle(in session: TokenSession) throws(CryptokiResult) -> UInt {
        let known = found.withLock { $0 }
        return known.opening == session.opening ? known.key.handle : try find(in: session)
    }

    /// - Throws: ``CryptokiResult/keyHandleInvalid`` where the token has the key no more.
    private func find(in session: TokenSession) throws(CryptokiResult) -> UInt {
        let old = found.withLock { $0.key }
        let fitting = try session.objects(.privateKey).filter { $0.id == old.id && $0.label == old.label }
        guard let key = fitting.first, fitting.count == 1 else { throw .keyHandleInvalid }
        found.withLock { $0 = Found(key: key, opening: session.opening) }
        return key.handle
    }

    // MARK: Errors

    private func explained(_ result: CryptokiResult) -> RotationError {
        if result.isMissingKey {
            let key = found.withLock { $0.key }
            return RotationError(
                .keyUnavailable, "the token does not sign: the key \(key.shown) was in it and is gone (\(result))",
                at: name, advice: "find out who removed it; what is recorded stands")
        }
        return RotationError(
            .keyUnavailable, "the token does not sign (\(result))", at: name,
            advice: "see that it is plugged in and its service runs, and start the job again: what is recorded stands")
    }

    fileprivate var noSignature: RotationError {
        RotationError(
            .keyUnavailable, "what the token gave for a signature is none", at: name,
            advice: "do not use this token until its maker has looked at it")
    }
}

private struct TokenSigner: DigestSigner {
    let key: TokenKey
    let mechanism: SigningMechanism

    func sign(_ digest: [UInt8]) throws(RotationError) -> [UInt8] {
        guard let signature = mechanism.signature(try key.sign(mechanism.data(digest), mechanism)) else {
            throw key.noSignature
        }
        return signature
    }
}
