import RotationModel
import Testing

@testable import Fleet

@Suite("Addresses of a registry in PostgreSQL")
struct PostgresAddressTests {
    @Test(
        "A server elsewhere is verified unless the address says otherwise, and then that is told",
        arguments: [
            ("postgresql://db.example.com/fleet", "verify-full", false),
            ("postgres://db.example.com:5433/fleet?sslmode=verify-full", "verify-full", false),
            ("postgresql://db.example.com/fleet?sslmode=require", "require", true),
            ("postgresql://db.example.com/fleet?sslmode=disable", "disable", true),
            ("postgresql:///fleet?host=/run/postgresql", nil, false),
            ("postgresql:///fleet", nil, false),
            ("postgresql:///fleet?host=/run/postgresql&sslmode=disable", "disable", false),
        ] as [(String, String?, Bool)])
    func verified(url: String, mode: String?, isWeak: Bool) throws {
        let location = try PostgresLocation(url)
        #expect(location.parameters["sslmode"] == mode)
        #expect((location.weakness != nil) == isWeak)
    }

    @Test(
        "What is none is refused, and never quoted",
        arguments: [
            "postgresql://job:hunter2@db.example.com/fleet", "postgresql:///fleet?password=hunter2",
            "postgresql:///fleet?sslpassword=hunter2", "mysql://db.example.com/hunter2", "hunter2.sqlite",
            "postgresql:///fleet?hunter2=yes", "postgresql://[hunter2/fleet", "",
        ])
    func refused(url: String) {
        let error = failure { try PostgresLocation(url) }
        #expect(error?.code == .configuration && error?.advice.isEmpty == false)
        #expect(error?.description.contains("hunter2") == false)
    }

    @Test(
        "A schema's name needs no quotes",
        arguments: ["", "Fleet", "1st", "a-b", "a\"b", "a b", String(repeating: "a", count: 61)])
    func schemas(name: String) {
        #expect(failure { try PostgresLocation("postgresql:///fleet", schema: name) }?.code == .configuration)
        #expect(throws: RotationError.self) { try PostgresRoles.script(schema: name, job: "a", gate: "b") }
    }

    @Test("It is named without who logs in, and with its schema where that is another one")
    func text() throws {
        #expect(try PostgresLocation("postgresql://job@db:5433/fleet").text == "postgresql://db:5433/fleet")
        #expect(
            try PostgresLocation("postgresql:///fleet?host=/run/pg", schema: "lab").text
                == "postgresql:///fleet?host=/run/pg (schema lab)")
    }
}

@Suite("Statements for PostgreSQL")
struct PostgresStatementTests {
    @Test(
        "Placeholders are numbered, and what stands in quotes stays",
        arguments: [
            ("SELECT ? + ?", "SELECT $1 + $2"), ("SELECT ?2, ?1, ?2", "SELECT $2, $1, $2"),
            ("SELECT '?' || ?", "SELECT '?' || $1"), ("SELECT 'it''s ?', ?", "SELECT 'it''s ?', $1"), ("", ""),
        ])
    func placeholders(sql: String, numbered: String) {
        #expect(PostgresPlaceholders.numbered(sql) == numbered)
    }

    @Test("An INSERT is told its row's number, as the last value")
    func insertions() throws {
        let insertion = try PostgresInsertion("INSERT INTO t (a, b, c)\nVALUES ($1, 'x', $2)")
        #expect(insertion.table == "t" && insertion.sql == "INSERT INTO t (id, a, b, c)\nVALUES ($3, $1, 'x', $2)")
        #expect(try PostgresInsertion("INSERT INTO t (a) VALUES ($1)").sql == "INSERT INTO t (id, a) VALUES ($2, $1)")
        let repeated = try PostgresInsertion("INSERT INTO t (a, b, c) VALUES ($1, $2, $1)")
        #expect(repeated.sql == "INSERT INTO t (id, a, b, c) VALUES ($3, $1, $2, $1)")
        #expect(throws: PostgresFailure.self) { try PostgresInsertion("INSERT INTO t SELECT 1") }
        #expect(throws: PostgresFailure.self) { try PostgresInsertion("UPDATE t SET a = $1") }
    }

    @Test(
        "Each error has the place, the state, PostgreSQL's words and advice, and only storage at fault sends for the server's log first",
        arguments: [
            ("53100", .io), ("57014", .locked), ("55P03", .locked), ("25006", .io), ("28P01", .permission),
            ("42501", .permission), ("3D000", .inventory), ("40001", .locked), ("XX001", .inventory), ("08006", .io),
            ("57P01", .io), ("", .io), ("23505", .inventory), ("53300", .io),
        ] as [(String, RotationError.Code)])
    func failures(state: String, code: RotationError.Code) {
        let error = PostgresFailure(state: state, message: "as it says").error(at: "postgresql:///fleet")
        #expect(error.code == code && error.place == "postgresql:///fleet" && !error.advice.isEmpty)
        #expect(error.message.contains(state.isEmpty ? "PostgreSQL: as it says" : "PostgreSQL \(state): as it says"))
        #expect(error.message.contains("storage at fault") == (state == "XX001"))
    }
}
