import Fleet
import RotationModel

/// Which revocation a row of the plan comes from.
package struct RevocationReference: Sendable {
    package let order: Int64?
    package let name: String
    package let reason: RevocationReason
    package let reach: RevocationReach
}
