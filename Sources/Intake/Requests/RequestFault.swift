package typealias RequestRefusal = InboxRefusal<RequestFault>

/// What is wrong with a CSR.
package enum RequestFault: String, CaseIterable, StatementFault {
    case fileName = "file-name"
    case unreadable
    /// Not the device's fault: the file stays where it is.
    case inaccessible
    case malformed
    /// The file has a private key in it, which is burnt by that.
    case privateKeyIncluded = "private-key-included"
    case proofOfPossession = "proof-of-possession"
    case unknownDevice = "unknown-device"
    case noActiveCertificate = "no-active-certificate"
    case noPolicy = "no-policy"
    case weakKey = "weak-key"
    case keyNotAllowed = "key-not-allowed"
    case sameKey = "same-key"
    case revokedKey = "revoked-key"
    case keyInUse = "key-in-use"

    // Whose it is.

    /// Not signed by the device, and the policy wants that.
    case unauthenticated
    /// Another with another key was handed in for the device, and nothing shows which is the device's.
    case conflictingRequests = "conflicting-requests"
    /// The device was not due for longer than CSRs are kept.
    case notDue = "not-due"

    // What is wrong with the signature of a signed one.

    case criticalHeader = "critical-header"
    case algorithm
    case wrongType = "wrong-type"
    case wrongDevice = "wrong-device"
    case foreignKey = "foreign-key"
    /// By the key of another certificate of the device than the current one.
    case oldKey = "old-key"
    /// By a key that another device's certificate has too.
    case sharedKey = "shared-key"
    case certificateExpired = "certificate-expired"
    case futureTime = "future-time"
    case oldTime = "old-time"
    case replayed
}
