import PKI
import RotationModel
import Synchronization

/// Notices private keys that stand beside certificates in what is imported: whoever has that file has the devices' keys.
final class PrivateKeysInImport: Sendable {
    private struct State {
        var count = 0
        var first: Fingerprint?
    }

    private let state = Mutex(State())

    func look(at pem: [UInt8], beside certificate: Fingerprint) {
        guard PEM.holdsPrivateKey(pem) else { return }
        state.withLock { state in
            state.count += 1
            if state.first == nil { state.first = certificate }
        }
    }

    /// A sentence, where there was a key.
    var notes: [String] {
        state.withLock { state in
            guard let first = state.first else { return [] }
            let whose = state.count == 1 ? "certificate \(first)" : "\(state.count) certificates, the first \(first)"
            return [
                "a private key stands beside \(whose): it was not taken in; whoever has this file can speak for the device, so give it a new key"
            ]
        }
    }
}
