import RotationModel

/// What the audit speaks of, by the names that it is searched by.
package enum AuditAction: String, Sendable, CaseIterable {
    case imported
    case deviceMoved = "device-moved"
    case labelsChanged = "labels-changed"
    case statusChanged = "status-changed"
    case runStarted = "run-started"
    /// A person let a run go on at a time that is far from the last run's.
    case timeAccepted = "time-accepted"
    case runEnded = "run-ended"
    case runInterrupted = "run-interrupted"
    case csrTaken = "csr-taken"
    case csrRefused = "csr-refused"
    /// A CSR was kept beside another of its device with another key, and neither is answered.
    case csrContested = "csr-contested"
    /// A private key was in a file of the inbox.
    case keyExposed = "key-exposed"
    case reserved
    case reservationAbandoned = "reservation-abandoned"
    case issued
    case rekeyRequested = "rekey-requested"
    case rotationCancelled = "rotation-cancelled"
    case published
    case manifestsRenewed = "manifests-renewed"
    case retired
    case confirmed
    case confirmationRefused = "confirmation-refused"
    case completed
    case revocationOrdered = "revocation-ordered"
    case revocationWithdrawn = "revocation-withdrawn"
    case keyRefused = "key-refused"
    case revoked
    case revocationAggravated = "revocation-aggravated"
    case crlIssued = "crl-issued"
    case rolloutHalted = "rollout-halted"
    case rolloutResumed = "rollout-resumed"
    /// An older inventory was brought forward from what was published.
    case recovered
}
