import Planning
import RotationModel

/// What came of the inbox.
package struct IntakeSummary: Sendable {
    /// CSRs.
    package var taken = 0
    /// Devices that proved that they hold the key of their new certificate.
    package var confirmed = 0
    /// Files that were recorded before and only had to leave the inbox.
    package var known = 0
    package var rejected: [InboxOutlook.Rejected] = []
    /// Files that could not be read, taken out or moved aside, each with the reason: the operator's business, not the device's.
    package var obstacles: [String] = []
    /// Files that were rejected so long ago, or are so many, that they went.
    package var forgotten = 0

    package init(
        taken: Int = 0, confirmed: Int = 0, known: Int = 0, rejected: [InboxOutlook.Rejected] = [],
        obstacles: [String] = [], forgotten: Int = 0
    ) {
        self.taken = taken
        self.confirmed = confirmed
        self.known = known
        self.rejected = rejected
        self.obstacles = obstacles
        self.forgotten = forgotten
    }
}
