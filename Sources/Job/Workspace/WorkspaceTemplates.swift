/// The files that a new workspace starts with.
enum WorkspaceTemplates {
    /// - Parameters:
    ///   - authorities: who signs.
    ///   - registry: where the inventory is kept in PostgreSQL; nil for a file in the workspace.
    static func configuration(authorities: String, registry: Registry? = nil) -> String {
        """
        # The workspace of rotation-job. Paths are relative to this file.
        version: 1
        inventory: { \(registry?.entry ?? "sqlite: fleet.sqlite") }
        policies: policies                  # a folder of *.yaml, or a list of files and folders
        inbox: inbox
        delivery: delivery
        reports: reports

        """
            + authorities + """

                limits:                             # over one of them a run stops before it does anything
                  revoke: 5%                        # of the fleet's active certificates in one run
                  issue: 100000                     # certificates in one run
                  issuePerMinute: 60000

                """
    }

    static let authority = """
        # Made by `rotation-job init --with-authority`, for trying things out.
        authorities:
          - name: fleet-ca-1
            certificate: authorities/ca-1.pem
            chain: []                       # certificates that a device needs above it
            key: { file: authorities/ca-1.key }
        manifests: { key: { file: authorities/manifest.key }, validity: 30d }

        """

    static let authorityExample = """
        # Who signs. The keys have to be readable by the user that runs the job, and by nobody else.
        # authorities:
        #   - name: fleet-ca-1
        #     certificate: authorities/ca-1.pem
        #     chain: []                       # certificates that a device needs above it
        #     key: { file: authorities/ca-1.key }
        #     crl: { url: "http://crl.example.com/fleet-ca-1.crl", validity: 7d }
        # manifests: { key: { file: authorities/manifest.key }, validity: 30d }

        """

    static let starterPolicy = """
        # yaml-language-server: $schema=policy.schema.json
        # Nothing is rotated until a policy says so. To start with this one:
        #   cp policies/starter.yaml.example policies/starter.yaml
        #   rotation-job policy check
        #   rotation-job policy test
        #   rotation-job plan
        version: 1
        policies:
          - name: starter
            description: Every device gets a new certificate when a third of the old one's lifetime is left
            priority: 0                     # higher wins
            match: {}                       # every device; narrow it with account, labels, device, issuer
            expiry:
              renewBefore: 33%
              spread: 3d                    # not all in the same second
              overlap: 7d
              confirmWithin: 30d
            compliance:
              malformed: replace           # not written as RFC 5280 wants it
              key: replace
              sharedKey: replace
              signature: report
            issuance:
              profile: starter-client
              rekey: required               # only from a CSR with a new key
              requests: any                 # whoever can write the inbox speaks for its devices. When yours sign their CSRs, which the
                                            # shipped agent does, write `requests: authenticated`
            rollout:
              batch: 500
              perRun: 10000
        profiles:
          - name: starter-client
            authority: fleet-ca-1
            signature: ECDSA-WITH-SHA256
            validity: 90d
            backdate: 5m
            keys: [ecdsa-p256, ecdsa-p384, rsa-2048+]
            subject: "CN={device},O=Example Devices"
            subjectAlternativeNames: ["URI:urn:device:{account}:{device}"]
            keyUsage: [digitalSignature]
            extendedKeyUsage: [clientAuth]

        # Run by `rotation-job policy test`.
        tests:
          - name: a device whose certificate is about to end is asked for a CSR
            given: { lifetime: 90d, left: 20d }
            expect: { action: request-csr, policy: starter, reason: expiring }
          - name: where a CSR with a new key waits already, it gets its certificate
            given: { lifetime: 90d, left: 20d, csr: waiting }
            expect: { action: issue, policy: starter, reason: expiring }
          - name: a fresh certificate is left alone
            given: { lifetime: 90d, left: 85d }
            expect: { action: none, policy: starter }
          - name: a weak key is replaced however fresh the certificate is
            given: { lifetime: 90d, left: 85d, key: rsa-1024, csr: waiting }
            expect: { action: issue, policy: starter, reason: weak-key }

        """
}
