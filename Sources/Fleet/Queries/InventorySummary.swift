import RotationModel

/// The fleet in numbers.
package struct InventorySummary: Sendable, Equatable {
    package struct Count: Sendable, Equatable {
        package let name: String
        package let count: Int
    }

    package let devices: Int
    /// Claims of certificates by devices.
    package let certificates: Int
    package let accounts: Int
    /// By the registry's names, in its order; statuses without a certificate are left out.
    package let byStatus: [Count]
    /// Of the `ACTIVE` certificates, the most frequent first.
    package let byKeyAlgorithm: [Count]
    /// Of the `ACTIVE` certificates, the most frequent first.
    package let byIssuer: [Count]
    /// `ACTIVE` certificates whose notAfter is past.
    package let expired: Int
    /// `ACTIVE` certificates that are not expired and will be within 7 days.
    package let expiringWithin7Days: Int
    /// Those of 7 days included.
    package let expiringWithin30Days: Int
    /// Those of 30 days included.
    package let expiringWithin90Days: Int
    /// Devices none of whose certificates is `ACTIVE`.
    package let devicesWithoutActive: Int
    /// Of the `ACTIVE` certificates, by who signed them: ``SignedBy`` and `unverified`, the most frequent first.
    package var bySigner: [Count] = []
    /// `ACTIVE` certificates that are not as RFC 5280 wants them.
    package var malformed = 0
}
