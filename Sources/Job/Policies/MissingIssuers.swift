import Issuing
import LocatedYAML

/// External issuers whose programs are not there, or may not be started: every run would stop before it does anything.
struct MissingIssuers {
    let authorities: [AuthorityConfiguration]

    static let rules = [missingIssuer]

    private static let missingIssuer = Diagnostic.Rule(
        "missing-issuer", "The program of an external issuer cannot be started", kind: "missing-issuer")

    var diagnostics: [Diagnostic] {
        authorities.compactMap { authority in
            guard let obstacle = authority.issuer?.obstacle else { return nil }
            let place = authority.place.split(separator: ":")
            return Diagnostic(
                .warning, file: place.dropLast().joined(separator: ":"), line: place.last.flatMap { Int($0) } ?? 1,
                message: "authority \(authority.name) cannot be asked: \(obstacle)",
                help: "correct `command`, or install the program before the next run", rule: Self.missingIssuer)
        }
    }
}
