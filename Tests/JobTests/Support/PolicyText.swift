/// The parts of a policy file that tests vary; as it stands, it renews every device 30 days before its end.
struct PolicyText {
    var name = "sensors"
    var priority = 10
    var match = "{}"
    var expiry = "{ renewBefore: 30d, spread: 0d, confirmWithin: 10d }"
    var compliance = "{}"
    var rekey = "required"
    var requests = "any"
    var confirm = "ack"
    var profile = "client"
    var rollout = "{ batch: 500 }"

    var text: String {
        """
          - name: \(name)
            priority: \(priority)
            match: \(match)
            expiry: \(expiry)
            compliance: \(compliance)
            issuance: { profile: \(profile), rekey: \(rekey), requests: \(requests), confirm: \(confirm) }
            rollout: \(rollout)

        """
    }
}

/// The parts of a profile that tests vary.
struct ProfileText {
    var name = "client"
    var authority = "fleet-ca-1"
    var signature = "ECDSA-WITH-SHA256"
    var validity = "90d"
    var keys = "[ecdsa-p256, ecdsa-p384, rsa-2048+]"
    var subject = "CN={device},O=Example Devices"
    var alternativeNames = "[\"URI:urn:device:{account}:{device}\"]"

    var text: String {
        """
          - name: \(name)
            authority: \(authority)
            signature: \(signature)
            validity: \(validity)
            backdate: 5m
            keys: \(keys)
            subject: "\(subject)"
            subjectAlternativeNames: \(alternativeNames)
            keyUsage: [digitalSignature, keyAgreement]
            extendedKeyUsage: [clientAuth, serverAuth]

        """
    }
}

/// A policy file of these policies and profiles.
func policyFile(_ policies: [PolicyText] = [PolicyText()], _ profiles: [ProfileText] = [ProfileText()]) -> String {
    "version: 1\npolicies:\n" + policies.map(\.text).joined() + "profiles:\n" + profiles.map(\.text).joined()
}
