import RotationModel

/// The registry as an administrator makes it, with roles that may do no more than they have to.
package enum PostgresRoles {
    /// Rows of these are removed; of every other table none ever is.
    private static let removable = [
        "conflicting_requests", "devices_with_leftovers", "manifests", "requests", "taken_submissions",
    ]

    /// - Throws: ``RotationError/Code/usage`` where a name is none that needs no quotes.
    package static func script(schema: String, job: String, gate: String) throws(RotationError) -> String {
        for name in [schema, job, gate] where !PostgresLocation.isPlainName(name) {
            throw RotationError(
                .usage, "\u{201C}\(name)\u{201D} is no name of lower-case letters, digits and underscores")
        }
        return """
            -- A registry of rotation-job. Run it once, in the database that is to hold it, as a role that may make schemas and roles.
            BEGIN;

            CREATE SCHEMA \(schema);
            SET LOCAL search_path TO \(schema);

            \(PostgresSchema.script)

            -- What the job needs: it adds and changes rows, removes what is answered, and can rewrite neither the audit nor the tables.
            CREATE ROLE \(job) LOGIN;
            GRANT USAGE ON SCHEMA \(schema) TO \(job);
            GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA \(schema) TO \(job);
            REVOKE UPDATE ON audit, registry_version FROM \(job);
            REVOKE INSERT ON registry_version FROM \(job);
            GRANT UPDATE ON ALL SEQUENCES IN SCHEMA \(schema) TO \(job);
            GRANT DELETE ON \(removable.joined(separator: ", ")) TO \(job);

            -- What the gate needs: it looks certificates up.
            CREATE ROLE \(gate) LOGIN;
            GRANT USAGE ON SCHEMA \(schema) TO \(gate);
            GRANT SELECT ON ALL TABLES IN SCHEMA \(schema) TO \(gate);

            COMMIT;

            -- How they log in is yours: pg_hba.conf with client certificates (cert), or SCRAM and a ~/.pgpass of mode 0600 on each host.

            """
    }
}
