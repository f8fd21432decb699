import RotationModel

/// What a run was started for.
package enum RunOccasion: Sendable, Equatable {
    /// All that is due.
    case job
    /// All that is due, at a time far from the last run's, which a person accepted.
    case acceptedTime(lastRun: Timestamp)
    /// One revocation order, by its name, and nothing beside it.
    case order(String)
    /// Something is mended by the command of that name, and nothing that is due is done.
    case mending(String)
}
