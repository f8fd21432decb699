import Issuing
import PKI
import Planning

extension Workspace {
    /// The authorities for who decides and hands their certificates out, and signs nothing.
    ///
    /// - Returns: Names, dates and whose keys are the workspace's own; and each authority's certificate with those above it, in the order of
    ///   the configuration.
    package func knownAuthorities() throws -> (known: KnownAuthorities, certificates: [Certificate]) {
        let directory = try authorities()
        return (
            directory.known,
            directory.names.compactMap { directory[$0] }.flatMap { [$0.certificate] + $0.chain }
        )
    }
}
