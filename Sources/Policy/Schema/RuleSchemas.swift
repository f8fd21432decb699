import RotationModel

/// Policies and profiles.
enum RuleSchemas {
    static let policy = SchemaKind.mapping(
        "For which devices, when, and what they get.",
        [
            ("name", PolicySchema.name("Unique among all files; 1 to 64 of A-Z a-z 0-9 . _ -")),
            ("owner", SchemaKind.text("Whom to ask: a mail address or a team's name.")),
            ("description", SchemaKind.text("For people.")),
            (
                "priority",
                SchemaKind.integer(
                    "The higher wins where several match; two of equal priority that match one device are an error.",
                    -1_000_000...1_000_000, standard: 0)
            ),
            (
                "match",
                PolicySchema.selector("Which devices: all that stands here must hold. Left out or empty: every device.")
            ),
            ("expiry", expiry), ("compliance", compliance), ("issuance", issuance), ("rollout", RolloutSchemas.rollout),
        ], required: ["name", "issuance"])

    private static let expiry = SchemaKind.mapping(
        "When certificates are renewed, and what becomes of the old ones.", ExpiryRule.keys)

    private static let compliance = SchemaKind.mapping(
        "What is done about certificates that are not what the profile would issue. What is left out is not checked.",
        ComplianceRule.keys)

    private static let issuance = SchemaKind.mapping(
        "What the replacement is.",
        [
            ("profile", SchemaKind.text("A profile of any of the files, by its name.")),
            (
                "rekey",
                SchemaKind.choice(
                    "required: only from a CSR with a new key; allowed: the same key may be certified again.",
                    of: RekeyRule.self, standard: .required)
            ),
            (
                "requests",
                SchemaKind.choice(
                    "authenticated: only CSRs that the device signed with its current key, or handed in at the gate; any: whoever can write the inbox speaks for it.",
                    of: RequestRule.self, standard: .any)
            ),
            (
                "confirm",
                SchemaKind.choice(
                    "request: a request to the gate by the new certificate proves its key; ack: only a confirmation that the new key signed.",
                    of: ConfirmRule.self, standard: .ack)
            ),
        ], required: ["profile"])

    static let profile = SchemaKind.mapping(
        "What certificates are issued like.",
        [
            ("name", PolicySchema.name("Unique among all files; 1 to 64 of A-Z a-z 0-9 . _ -")),
            ("authority", SchemaKind.text("An authority of rotation.yaml, by its name.")),
            (
                "signature",
                SchemaKind.choice(
                    "The signature, as the authority's key can make it.",
                    SignatureAlgorithm.registered.map(\.description))
            ),
            (
                "hash",
                SchemaKind.choice(
                    "Of RSASSAPSS alone: its hash. By default what the authority's key demands, else SHA-256.",
                    PSSHash.allCases.map(\.description))
            ),
            ("validity", SchemaKind.duration("From the time of issue to notAfter, never past the authority.")),
            (
                "backdate",
                SchemaKind.duration(
                    "From notBefore to the time of issue, at most 1d: for clocks that are behind.", standard: "5m")
            ),
            (
                "keys",
                SchemaKind.oneOrMore(
                    "The keys that it takes; a + means that size or more.",
                    of: .object([
                        ("type", .text("string")),
                        ("pattern", .text("^(ecdsa-p256|ecdsa-p384|ecdsa-p521|rsa-[0-9]+\\+?)$")),
                        (
                            "examples",
                            .list(
                                ["ecdsa-p256", "ecdsa-p384", "ecdsa-p521", "rsa-2048", "rsa-2048+", "rsa-3072+"].map {
                                    .text($0)
                                })
                        ),
                    ]))
            ),
            (
                "subject",
                SchemaKind.text(
                    "The subject, with {device}, {account} and {label:NAME}.",
                    examples: ["CN={device},O=Example Devices"])
            ),
            (
                "subjectAlternativeNames",
                SchemaKind.oneOrMore(
                    "Names after their kind (URI:, DNS:, EMAIL:, IP:), with the same placeholders.",
                    of: .object([("type", .text("string"))]), isEmptyAllowed: true)
            ),
            (
                "longNames",
                SchemaKind.choice(
                    "A part of the subject over RFC 5280's length (64 characters for CN): left out where an alternative name says the same, no certificate, or kept. By default omit.",
                    LongNames.allCases.map(\.rawValue))
            ),
            ("keyUsage", words("By RFC 5280's names.", KeyUsage.forDevices)),
            ("extendedKeyUsage", words("By RFC 5280's names.", ExtendedKeyUsage.allCases.map(\.rawValue))),
        ], required: ["name", "authority", "signature", "validity", "keys", "subject"])

    private static func words(_ about: String, _ words: [String]) -> SchemaNode {
        SchemaKind.oneOrMore(about, of: .object([("enum", .list(words.map { .text($0) }))]))
    }
}

extension KeyUsage {
    /// Those that are not for authorities.
    fileprivate static var forDevices: [String] {
        allCases.filter { $0 != .keyCertSign && $0 != .cRLSign }.map(\.rawValue)
    }
}

/// `rollout`: how many at once, when, and when to stop.
enum RolloutSchemas {
    static let rollout = SchemaKind.mapping(
        "How many at once, when, to whom first, and when to stop.",
        [
            (
                "batch",
                SchemaKind.integer(
                    "Certificates that are signed and recorded together.", 1...100_000,
                    standard: RotationPolicy.defaultBatch)
            ),
            ("perRun", SchemaKind.integer("Certificates in one run.", 1...1_000_000_000)),
            (
                "waves",
                SchemaKind.list(
                    "Shares of those due, rising to 100%; the next opens when the one before is confirmed.",
                    of: .object([("type", .text("string")), ("pattern", .text(SchemaKind.sharePattern))]),
                    isEmptyAllowed: false)
            ),
            (
                "halt",
                SchemaKind.mapping(
                    "Stops the policy when too many rotations fail or are stuck, until somebody resumes it.",
                    [
                        ("failed", SchemaKind.share("More than this share of its rotations.")),
                        ("atLeast", SchemaKind.integer("Only once so many were started.", 1...1_000_000_000)),
                    ], required: ["failed"])
            ),
            ("windows", SchemaKind.list("When replacements may start.", of: window, isEmptyAllowed: false)),
            ("freezes", SchemaKind.list("When none may start.", of: freeze, isEmptyAllowed: false)),
            (
                "onNoWindow",
                SchemaKind.choice(
                    "When a certificate expires before the next opening: replace it all the same, or hold it.",
                    ["replace", "hold"], standard: "hold")
            ),
        ])

    private static let window = SchemaKind.mapping(
        "One window; it may run over midnight.",
        [
            (
                "days",
                SchemaKind.oneOrMore(
                    "The days on which it starts: Mon-Fri, daily, or a list of days.",
                    of: SchemaKind.wordOrPattern(
                        ["daily", "Mon-Fri", "Sat-Sun"] + Weekday.allCases.map(\.rawValue),
                        pattern: "^(\(weekday)-\(weekday))$"))
            ),
            ("from", SchemaKind.string("When it opens: \"01:00\".", pattern: "^\(time)$")),
            ("to", SchemaKind.string("When it closes: \"05:00\".", pattern: "^(\(time)|24:00)$")),
            ("zone", zone),
        ], required: ["days", "from", "to"])

    private static let freeze = SchemaKind.mapping(
        "Whole days, both included.",
        [
            ("from", SchemaKind.string("The first day: 2026-12-20.", pattern: date)),
            ("until", SchemaKind.string("The last day: 2027-01-03.", pattern: date)),
            ("why", SchemaKind.text("Shown with everything that it holds back.")),
            ("zone", zone),
        ], required: ["from", "until"])

    private static let weekday = "(" + Weekday.allCases.map(\.rawValue).joined(separator: "|") + ")"
    private static let time = "([01][0-9]|2[0-3]):[0-5][0-9]"
    private static let date = "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"

    /// Some to choose from; which there are, the machine's database says.
    private static let zone = SchemaKind.wordOrPattern(
        [
            "UTC", "GMT", "America/Chicago", "America/Los_Angeles", "America/New_York", "America/Sao_Paulo",
            "Asia/Dubai",
            "Asia/Kolkata", "Asia/Shanghai", "Asia/Singapore", "Asia/Tokyo", "Australia/Sydney", "Europe/Berlin",
            "Europe/London", "Europe/Paris",
        ], pattern: "^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)+$",
        about: "A zone of the IANA time zone database; UTC where none is given.")
}
