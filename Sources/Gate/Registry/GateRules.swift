import Job
import PKI
import Planning
import Policy
import RotationModel

/// What the gate's answers depend on besides the registry: policies, authorities, and which accounts are served under which name. Read again
/// when a file of them changes; a request sees one edition.
package struct GateRules: Sendable {
    package let policies: PolicySet
    package let authorities: KnownAuthorities
    /// The authorities' certificates and those above them, each once.
    package let authorityCertificates: [Certificate]
    /// By server name in lower case; empty where any account is served under any name.
    package let accounts: [String: AccountID]

    package init(
        policies: PolicySet, authorities: KnownAuthorities, authorityCertificates: [Certificate],
        accounts: [String: AccountID] = [:]
    ) {
        (self.policies, self.authorities, self.accounts) = (policies, authorities, accounts)
        var known: Set<Certificate> = []
        self.authorityCertificates = authorityCertificates.filter { known.insert($0).inserted }
    }

    /// Reads them as a run would. No key is read.
    ///
    /// - Throws: ``RotationError`` and `PolicyMistakes`, where a run would not start either.
    package init(of workspace: Workspace, accounts: [String: AccountID] = [:]) throws {
        let authorities = try workspace.knownAuthorities()
        self.init(
            policies: try workspace.loadPolicies().set, authorities: authorities.known,
            authorityCertificates: authorities.certificates, accounts: accounts)
    }

    /// - Parameter serverName: In lower case; nil where none was asked for.
    package func scope(of serverName: String?) -> AccountScope {
        guard !accounts.isEmpty else { return .any }
        guard let account = serverName.flatMap({ accounts[$0] }) else { return .nobody(serverName: serverName) }
        return .only(account)
    }
}
