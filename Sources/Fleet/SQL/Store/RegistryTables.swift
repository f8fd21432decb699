/// The tables that every engine has, and in which order rows can be put into them.
enum RegistryTables {
    /// What is known: each table after those that it refers to. Only ``deferred`` refers to what comes later.
    static let facts = [
        "accounts", "label_sets", "issuers", "key_kinds", "signature_kinds", "runs", "revocation_orders", "devices",
        "certificate_classes", "certificates", "certificate_bodies", "rotations", "requests", "conflicting_requests",
        "exposed_keys", "reservations", "manifests", "revocation_seeds", "revocations", "refused_keys", "crls",
        "rollout_resumes", "rollout_halts", "issuance_failures", "taken_submissions", "recovered_sequences",
        "recovered_revocations", "recoveries", "audit",
    ]

    /// What follows from the facts: triggers fill it when those come in. (How many certificates end on which day is a view in one engine.)
    static let derived = ["shared_keys", "devices_with_leftovers"]

    /// All of them, with the audit's head, which has one row from the beginning.
    static let all = facts + ["audit_head"] + derived

    /// Those whose key is `id`, a number that the engine gives.
    static let numbered = [
        "accounts", "label_sets", "issuers", "key_kinds", "signature_kinds", "revocation_orders", "devices",
        "certificate_classes", "certificates", "rotations", "reservations", "manifests", "rollout_resumes",
        "rollout_halts", "issuance_failures",
    ]
}
