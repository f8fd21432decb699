import RotationModel

/// How many certificates runs will replace in the days to come: one run a day, today's inventory, today's policies.
///
/// Devices are taken to answer at once: a CSR that is asked for and the proof of a new key are there by the next run. Whatever
/// is blocked stays so.
package struct Forecast: Sendable {
    /// One run.
    package struct Day: Sendable {
        /// When it runs.
        package let date: Timestamp
        /// Certificates that it issues.
        package var replacements = 0
        /// Those that were due and have to wait for the next day.
        package var heldOver = 0
        /// Of those, certificates that expired since the day before.
        package var expiredWaiting = 0
        /// Devices that it asks for a CSR.
        package var requests = 0
        /// Those that are due and cannot go on before somebody does something; counted on the first such day alone.
        package var blocked = 0
        /// ``replacements``, by the names of the policies, in the order of the policies.
        package var byPolicy: [(policy: String, count: Int)] = []
    }

    /// Where replacements come from.
    package enum Origin: String, Sendable, CaseIterable {
        /// Certificates that the inventory has today and that come to their end.
        case inventory
        /// Replacements of an earlier day of the forecast that come to their own end.
        case renewal
        /// A finding of `compliance`, or a revocation: whatever the certificate's end.
        case finding
    }

    /// What a part of a day's replacements has in common.
    package struct Cause: Sendable {
        package let policy: String
        package let origin: Origin
        package let reason: ReasonCode
        package let count: Int
        /// The day that most of them share, and how many do: on which they end (`inventory`) or were replaced before
        /// (`renewal`). Nil for a finding.
        package let common: (day: Timestamp, count: Int)?
    }

    /// The day with the most replacements; the first of several.
    package struct Peak: Sendable {
        package let date: Timestamp
        package let replacements: Int
        /// The largest first.
        package let causes: [Cause]
    }

    /// A limit that runs come up against.
    package struct Limit: Sendable {
        /// The policy whose `perRun` it is; nil for `limits.issue`.
        package let policy: String?
        /// Certificates in one run.
        package let most: Int
        /// Days on which it holds something over.
        package var days = 0
        package let first: Timestamp
        /// The most certificates that it holds over on one day.
        package var mostHeldOver = 0

        /// As configuration and policy files write it.
        package var name: String { policy == nil ? "limits.issue" : "perRun" }
    }

    /// The first run.
    package let at: Timestamp
    package let policies: PolicyEdition
    package let deviceCount: Int
    /// Devices with an `ACTIVE` certificate that no policy covers: nothing ever replaces theirs.
    package let uncovered: Int
    package let days: [Day]
    /// Nil where nothing is replaced at all.
    package let peak: Peak?
    /// `limits.issue` first, then by policy.
    package let limits: [Limit]

    /// Replacements in all days together.
    package var total: Int { days.reduce(0) { $0 + $1.replacements } }

    /// Certificates that expire while they are held back.
    package var expiredWaiting: Int { days.reduce(0) { $0 + $1.expiredWaiting } }

    /// The names of the policies that replace anything, in the order of the policies.
    package let activePolicies: [String]

    /// Policies whose windows are not open at the hour of ``at`` in some week or in all, by their names: then their runs are taken to come when
    /// they open.
    package let runAtOpening: [String]
}
