typealias RequestRefusal = InboxRefusal<RequestFault>

/// What is wrong with a CSR.
enum RequestFault: String {
    case fileName = "file-name"
    case unreadable
    /// Not the device's fault: the file stays where it is.
    case inaccessible
    case malformed
    /// There is a private key in the file, which is burnt by that.
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
}
