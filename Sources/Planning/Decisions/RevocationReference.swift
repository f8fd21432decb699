import Fleet
import RotationModel

/// Which revocation a row of the plan comes from: of several that reach the certificate, the one that says when it goes.
package struct RevocationReference: Sendable {
    package let order: Int64?
    package let name: String
    /// The gravest of all that reach the certificate.
    package let reason: RevocationReason
    package let reach: RevocationReach
    /// The order that causes the rotation, by its row: the one whose reason it is, since that one may go down the lineage.
    package let cause: Int64?
    /// The names of all that reach the certificate, the one that says when it goes first.
    package let orders: [String]
}
