import RotationModel
import Synchronization

/// Which CSRs were submitted for EST clients that come again and again, so that each is submitted once, and why it was refused can be told.
///
/// It may forget: a CSR is submitted again then, and the job knows it by its key.
final class SubmittedRequests: Sendable {
    private struct Key: Hashable {
        let device: DeviceID
        let key: KeyIdentity
    }

    struct Entry: Sendable {
        /// The last audit entry before it was submitted.
        let auditEntry: Int64
        let at: Timestamp
    }

    /// How long a submission is relied on that nothing was heard of.
    private static let patience = TimeSpan.hours(6)
    private let most: Int

    private let entries = Mutex<[Key: Entry]>([:])

    /// - Parameter most: How many are kept.
    init(most: Int = 100_000) { self.most = most }

    func entry(of device: DeviceID, _ key: KeyIdentity, at now: Timestamp) -> Entry? {
        let found = entries.withLock { $0[Key(device: device, key: key)] }
        // A clock that was set back makes it forget as well.
        guard let found, found.at <= now, now - found.at < SubmittedRequests.patience else { return nil }
        return found
    }

    func note(_ device: DeviceID, _ key: KeyIdentity, auditEntry: Int64, at now: Timestamp) {
        entries.withLock { entries in
            if entries.count >= most {
                entries = entries.filter { $0.value.at <= now && now - $0.value.at < SubmittedRequests.patience }
                if entries.count >= most { entries.removeAll() }
            }
            entries[Key(device: device, key: key)] = Entry(auditEntry: auditEntry, at: now)
        }
    }

    func forget(_ device: DeviceID, _ key: KeyIdentity) {
        entries.withLock { _ = $0.removeValue(forKey: Key(device: device, key: key)) }
    }
}
