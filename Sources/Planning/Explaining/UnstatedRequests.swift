import LocatedYAML
import Policy

/// Policies that do not say whose CSRs they take: they take anybody's who can write the inbox, which hardly anybody means.
package struct UnstatedRequests {
    let policies: PolicySet

    package init(policies: PolicySet) {
        self.policies = policies
    }

    package static let rules = [unstated]
    private static let unstated = Diagnostic.Rule(
        "unstated-requests", "A policy does not say whose CSRs it takes", kind: "unstated-requests")

    package var diagnostics: [Diagnostic] {
        policies.policies.filter { $0.statedRequests == nil }.map { policy in
            Diagnostic(
                .warning, file: policy.place.file, line: policy.place.line,
                message:
                    "policy \(policy.name) does not say whose CSRs it takes, so whoever can write the inbox speaks for its devices",
                help:
                    "write `requests: authenticated` into `issuance`, or `any` where the server that fills the inbox knows its devices",
                rule: Self.unstated)
        }
    }
}
