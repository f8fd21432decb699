/// The parts of a revocation rule that tests vary.
struct RevocationText {
    var name = "stolen-lot"
    var match = "{ labels: { lot: \"2211\" } }"
    var certificates = ""
    var reason = "keyCompromise"
    var mode = "replace-then-revoke"
    var deadline = ""

    var text: String {
        """
          - name: \(name)
            match: \(match)
        \(certificates.isEmpty ? "" : "    certificates: \(certificates)\n")    reason: \(reason)
            mode: \(mode)
        \(deadline.isEmpty ? "" : "    deadline: \(deadline)\n")
        """
    }
}

/// A policy file with revocations beside its policies.
func policyFile(
    _ policies: [PolicyText] = [PolicyText()], _ profiles: [ProfileText] = [ProfileText()],
    revoking rules: [RevocationText]
) -> String {
    policyFile(policies, profiles) + "revocations:\n" + rules.map(\.text).joined()
}
