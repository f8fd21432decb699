import RotationModel

/// Revocations.
enum RevocationSchemas {
    static let revocation = SchemaKind.mapping(
        "Which certificates are revoked, why, and how.",
        [
            ("name", PolicySchema.name("Unique among all files, and kept with every certificate that it revokes.")),
            ("description", SchemaKind.text("For people.")),
            ("match", PolicySchema.selector("Which devices' certificates: all that stands here must hold.")),
            ("certificates", certificates),
            (
                "reason",
                SchemaKind.choice(
                    "By RFC 5280's names. keyCompromise reaches descendants and shared keys too.",
                    of: RevocationReason.self)
            ),
            (
                "mode",
                SchemaKind.choice(
                    "replace-then-revoke: when the device has confirmed another certificate, or at the deadline; revoke-now: in the next run.",
                    of: RevocationMode.self, standard: .replaceThenRevoke)
            ),
            ("deadline", SchemaKind.duration("Counted from the first run that saw the rule.")),
        ], required: ["name", "reason"])

    private static let certificates = SchemaKind.mapping(
        "Which of those devices' certificates; each key narrows further.",
        [
            ("fingerprints", PolicySchema.texts("SHA-256 of the certificate's DER, 64 hexadecimal digits.")),
            ("serials", PolicySchema.texts("Serial numbers in hexadecimal.")),
            ("issuer", PolicySchema.issuers("The certificate's issuer.")),
            ("keys", PolicySchema.texts("SHA-256 of the SubjectPublicKeyInfo, 64 hexadecimal digits.")),
            ("issuedBefore", SchemaKind.text("Its notBefore is before this date, or time with a zone.")),
            ("key", PolicySchema.texts("Kinds of key: rsa-1024, ecdsa-p256, dsa-1024+, or an object identifier.")),
            (
                "signature",
                PolicySchema.texts("Kinds of signature: SHA1WITHRSA, ECDSA-WITH-SHA1, or an object identifier.")
            ),
            ("sharedKey", SchemaKind.truth("Another device has a certificate with the same key.", onlyTrue: true)),
        ], isEmptyAllowed: false)
}

/// Tests.
enum TestSchemas {
    static let test = SchemaKind.mapping(
        "A made device, and what is expected to become of it.",
        [
            ("name", SchemaKind.text("What the test shows, in a sentence.")), ("given", given), ("expect", expect),
        ], required: ["name", "given", "expect"])

    private static let given = SchemaKind.mapping(
        "The device and its current certificate. What is left out is as the deciding policy's profile would have it.",
        [
            ("device", SchemaKind.text("Its id.")), ("account", SchemaKind.text("Its account.")),
            (
                "labels",
                SchemaKind.dictionary(
                    "Its labels.", of: .object([("type", SchemaKind.scalars)]), isEmptyAllowed: true)
            ),
            ("status", SchemaKind.choice("The certificate's.", of: CertificateStatus.self, standard: .active)),
            ("lifetime", SchemaKind.duration("From notBefore to notAfter.", standard: "90d")),
            (
                "left",
                SchemaKind.string(
                    "Until notAfter; with a minus for one that has expired.", pattern: "^-?[0-9]+[wdhms]$")
            ),
            (
                "seen",
                SchemaKind.string(
                    "How long ago the device was last seen at the gate; or never.", pattern: "^(never|[0-9]+[wdhms])$")
            ),
            ("key", SchemaKind.text("Its key: ecdsa-p256, rsa-1024.")),
            ("signature", SchemaKind.text("Its signature: ECDSA-WITH-SHA256, SHA1WITHRSA.")),
            ("issuer", PolicySchema.issuers("Its issuer.")),
            ("sharedKey", SchemaKind.truth("Whether another device has a certificate with the same key.")),
            (
                "csr",
                SchemaKind.choice(
                    "Whether a CSR with a new key waits in the inbox.", ["waiting", "none"], standard: "none")
            ),
            (
                "at",
                SchemaKind.text("When it is judged: a date, or a time with a zone; 2026-01-01 where none is given.")
            ),
        ])

    private static let expect = SchemaKind.mapping(
        "What becomes of it, before a rollout holds anything back.",
        [
            ("action", SchemaKind.choice("As in plans; none where nothing is done.", of: PolicyTestAction.self)),
            ("policy", SchemaKind.text("The policy that decides, or the revocation that revokes.")),
            ("reason", SchemaKind.choice("The reason's code.", of: ReasonCode.self)),
        ], required: ["action"])
}
