import Fleet
import Issuing
import PKI
import RotationModel

/// One thing that `verify` looks at.
protocol VerificationCheck: Sendable {
    /// What could not be looked at where the check fails, for its message.
    var subject: String { get }

    /// Reports everything that is wrong, in a settled order. What it reads streams: memory does not grow with the fleet.
    ///
    /// - Throws: where it cannot go on; what was found until then counts.
    func look(at scene: VerificationScene, report: (Mismatch) throws -> Void) async throws
}

/// What all checks look at.
struct VerificationScene: Sendable {
    let workspace: Workspace
    let inventory: any FleetStore
    let authorities: AuthorityDirectory
    /// The key that manifests are signed with; nil where it cannot be loaded, or is in a token, which is left alone.
    let manifestKey: PublicKeyInfo?
    let at: Timestamp
    let observer: any RunObserver

    /// How many rows or files are looked at at a time.
    static let page = 2000
}
