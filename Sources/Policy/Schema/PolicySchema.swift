import RotationModel

/// The JSON Schema (2020-12) of policy files: for editors, which complete and explain keys from it. It accepts whatever the check
/// accepts; what goes beyond the shape of a file (names that refer to nothing, dates that do not fit) is left to the check.
package enum PolicySchema {
    /// The document, with a line break at its end.
    package static var text: String { document.written() + "\n" }

    private static var document: SchemaNode {
        .object([
            ("$schema", .text("https://json-schema.org/draft/2020-12/schema")),
            ("$id", .text("https://rotation-job.invalid/policy.schema.json")),
            ("title", .text("Policy file of rotation-job")),
            ("description", .text("Which certificates of a device fleet are replaced, when, and by what.")),
            ("type", .text("object")),
            ("required", .list([.text("version")])),
            (
                "anyOf",
                .list(
                    ["policies", "profiles", "revocations", "tests"].map {
                        .object([("required", .list([.text($0)]))])
                    })
            ),
            ("additionalProperties", .truth(false)),
            (
                "properties",
                .object([
                    (
                        "version",
                        .object([
                            ("description", .text("The version of the format.")),
                            ("enum", .list([.number(1), .text("1")])),
                        ])
                    ),
                    (
                        "policies",
                        SchemaKind.list("Who is looked after, when, and how.", of: RuleSchemas.policy)
                    ),
                    (
                        "profiles",
                        SchemaKind.list("What replacements look like.", of: RuleSchemas.profile)
                    ),
                    (
                        "revocations",
                        SchemaKind.list("Which certificates have to go.", of: RevocationSchemas.revocation)
                    ),
                    (
                        "tests",
                        SchemaKind.list("What `rotation-job policy test` holds the policies to.", of: TestSchemas.test)
                    ),
                ])
            ),
        ])
    }

    static func name(_ about: String) -> SchemaNode { SchemaKind.text(about, pattern: "^[A-Za-z0-9._-]{1,64}$") }

    /// `match`, of policies and of revocations.
    static func selector(_ about: String) -> SchemaNode {
        let label = SchemaKind.oneOrMore("The value; a list means any of.", of: .object([("type", SchemaKind.scalars)]))
        return SchemaKind.mapping(
            about,
            [
                ("account", texts("The account; a list means any of.")),
                ("labels", SchemaKind.dictionary("Labels that the device must have; of a list, one.", of: label)),
                (
                    "notLabels",
                    SchemaKind.dictionary("Labels that exclude a device; of a list, each does.", of: label)
                ),
                (
                    "device",
                    texts(
                        "A pattern over whole device ids: * any characters, ? one, [a-f7] one of a set; a list means any of."
                    )
                ),
                ("issuer", issuers("The issuer of the current certificate.")),
            ], mayBeNothing: true)
    }

    static func issuers(_ about: String) -> SchemaNode {
        SchemaKind.oneOrMore(
            about + " A distinguished name such as CN=Example CA,O=Example; a list means any of.",
            of: .object([("type", .text("string")), ("pattern", .text("="))]))
    }

    static func texts(_ about: String) -> SchemaNode {
        SchemaKind.oneOrMore(about, of: .object([("type", SchemaKind.scalars)]))
    }
}
