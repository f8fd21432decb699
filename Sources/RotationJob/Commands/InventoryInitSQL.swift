import ArgumentParser
import Fleet

struct InventoryInitSQL: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init-sql",
        abstract: "Print the SQL that makes a registry in PostgreSQL, and its roles.",
        discussion: """
            For a database's administrator to read and to run, where the job's own role may make no tables: the schema, its tables and \
            triggers, a role for the job with what it needs, and one for the gate that only reads.
            """)

    @Option(help: "The schema of the registry.")
    var schema = PostgresLocation.defaultSchema

    @Option(name: .customLong("job-role"), help: "The role that hosts run the job by.")
    var jobRole = "rotation_job"

    @Option(name: .customLong("gate-role"), help: "The role that gates read by.")
    var gateRole = "rotation_gate"

    func run() throws {
        try Console.print(PostgresRoles.script(schema: schema, job: jobRole, gate: gateRole))
    }
}
