public import RotationModel

/// How many certificates runs will replace in the days to come: one run a day, today's inventory, today's policies.
///
/// Devices are taken to answer at once: a CSR that is asked for and the proof of a new key are there by the next run. Whatever
/// is blocked stays so.
public struct Forecast: Sendable {
    /// One run.
    public struct Day: Sendable {
        /// When it runs.
        public let date: Timestamp
        /// Certificates that it issues.
        public var replacements = 0
        /// Those that were due and have to wait for the next day.
        public var heldOver = 0
        /// Of those, certificates that expired since the day before.
        public var expiredWaiting = 0
        /// Devices that it asks for a CSR.
        public var requests = 0
        /// Those that are due and cannot go on before somebody does something; counted on the first such day alone.
        public var blocked = 0
        /// ``replacements``, by the names of the policies, in the order of the policies.
        public var byPolicy: [(policy: String, count: Int)] = []
    }

    /// Where replacements come from.
    public enum Origin: String, Sendable, CaseIterable {
        /// Certificates that the inventory has today and that come to their end.
        case inventory
        /// Replacements of an earlier day of the forecast that come to their own end.
        case renewal
        /// A finding of `compliance`, or a revocation: whatever the certificate's end.
        case finding
    }

    /// What a part of a day's replacements has in common.
    public struct Cause: Sendable {
        public let policy: String
        public let origin: Origin
        public let reason: ReasonCode
        public let count: Int
        /// The day that most of them share, and how many do: on which they end (`inventory`) or were replaced before
        /// (`renewal`). Nil for a finding.
        public let common: (day: Timestamp, count: Int)?
    }

    /// The day with the most replacements; the first of several.
    public struct Peak: Sendable {
        public let date: Timestamp
        public let replacements: Int
        /// The largest first.
        public let causes: [Cause]
    }

    /// A limit that runs come up against.
    public struct Limit: Sendable {
        /// The policy whose `perRun` it is; nil for `limits.issue`.
        public let policy: String?
        /// Certificates in one run.
        public let most: Int
        /// Days on which it holds something over.
        public var days = 0
        public let first: Timestamp
        /// The most certificates that it holds over on one day.
        public var mostHeldOver = 0

        /// As configuration and policy files write it.
        public var name: String { policy == nil ? "limits.issue" : "perRun" }
    }

    /// The first run.
    public let at: Timestamp
    public let policies: PolicyEdition
    public let deviceCount: Int
    /// Devices with an `ACTIVE` certificate that no policy covers: nothing ever replaces theirs.
    public let uncovered: Int
    public let days: [Day]
    /// Nil where nothing is replaced at all.
    public let peak: Peak?
    /// `limits.issue` first, then by policy.
    public let limits: [Limit]

    /// Replacements in all days together.
    public var total: Int { days.reduce(0) { $0 + $1.replacements } }

    /// Certificates that expire while they are held back.
    public var expiredWaiting: Int { days.reduce(0) { $0 + $1.expiredWaiting } }

    /// The names of the policies that replace anything, in the order of the policies.
    public let activePolicies: [String]

    /// Policies whose windows are not open at the hour of ``at`` in some week or in all, by their names: then their runs are taken to come when
    /// they open.
    public let runAtOpening: [String]
}
