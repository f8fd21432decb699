import Foundation
import GRDB
import RotationModel
import Testing

@testable import Fleet

@Suite("Importing very many")
struct BulkImportTests {
    /// Every file is large enough for it, and the audit has several entries.
    private static let bulk = ImportTransactions(rowsInEntry: 50, rows: 100, rowsInBulk: 1_000_000, leastInBulk: 0)
    private static let rowByRow = ImportTransactions(rowsInEntry: 50, rows: 100, leastInBulk: .max)

    private static func fleet(_ count: Int, from first: Int = 0) -> String {
        (first..<first + count).map { number in
            let status = ["ACTIVE", "INACTIVE", "REVOKED", "ACTIVE"][number % 4]
            // Some keys are two devices', and some certificates.
            let name = number % 10 == 9 ? "c\(number - 1)" : "c\(number)"
            let certificate = FakeCertificate(name: name, notAfter: 3_000_000 + Int64(number * 7919 % 5000))
            return FakeDevice("d\(number)", labels: ["lot": "\(number % 3)"], certificates: [(status, certificate)])
                .ndjson
        }.joined()
    }

    @discardableResult
    private func importing(
        _ text: String, into workspace: Workspace, _ transactions: ImportTransactions, strict: Bool = false,
        dryRun: Bool = false, reader: @escaping CertificateReader = fakeReader,
        progress: @escaping () throws -> Void = {}
    ) throws -> (summary: ImportSummary, rejected: [RejectedRow]) {
        let path = try workspace.folder.write(text.utf8, to: "input.ndjson")
        var options = ImportOptions(
            format: .ndjson, dryRun: dryRun, strict: strict, at: Workspace.now, actor: "tester")
        options.transactions = transactions
        var rejected: [RejectedRow] = []
        let summary = try workspace.inventory.importFleet(
            from: path, options: options, reader: reader,
            rejected: { row in
                // Without the name of the file, which is another one.
                rejected.append(RejectedRow(file: "", line: row.line, device: row.device, reason: row.reason))
            }, progress: { _, _, _ in try? progress() })
        return (summary, rejected)
    }

    /// Every row of every table, and every definition.
    private func content(of workspace: Workspace) throws -> [String] {
        try workspace.tables.read { database in
            let database = try #require(database as? SQLiteDatabase).connection
            #expect(try String.fetchAll(database, sql: "PRAGMA integrity_check") == ["ok"])
            #expect(try Row.fetchAll(database, sql: "PRAGMA foreign_key_check").isEmpty)
            var content = try String.fetchAll(
                database, sql: "SELECT coalesce(sql, name) FROM sqlite_schema ORDER BY type, name")
            for table in try String.fetchAll(
                database, sql: "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
            where table != "audit" && table != "audit_head" {
                content += try Row.fetchAll(database, sql: "SELECT * FROM \(table)").map { "\(table): \($0)" }
            }
            // Without the name of the file, which is another one.
            return try content
                + String.fetchAll(
                    database,
                    sql: "SELECT id || action || json_remove(detail, '$.from') FROM audit ORDER BY id")
        }
    }

    /// What one has and the other has not.
    private func difference(of one: Workspace, _ other: Workspace) throws -> [String] {
        try content(of: one).difference(from: content(of: other)).map { change in
            switch change {
            case .insert(let offset, let element, _): "+\(offset) \(element)"
            case .remove(let offset, let element, _): "-\(offset) \(element)"
            }
        }
    }

    @Test("It gives the same rows, findings, notes and audit as an import row by row", arguments: [false, true])
    func same(strict: Bool) throws {
        let text = Self.fleet(300) + "{}\n" + Self.fleet(20, from: 290) + "[1]\n"
        let (quick, slow) = (try Workspace(), try Workspace())
        let first = try importing(text, into: quick, Self.bulk, strict: strict)
        let second = try importing(text, into: slow, Self.rowByRow, strict: strict)
        #expect(first.summary == second.summary)
        #expect(first.rejected == second.rejected)
        #expect(first.rejected.count >= 2)
        let difference = try difference(of: quick, slow)
        #expect(difference == [])
        #expect(try quick.inventory.verifyAuditChain() == nil)
    }

    @Test("Into an inventory that has some already, it gives the same too")
    func more() throws {
        let (quick, slow) = (try Workspace(), try Workspace())
        for (workspace, transactions) in [(quick, Self.bulk), (slow, Self.rowByRow)] {
            try importing(Self.fleet(30), into: workspace, Self.rowByRow)
            try importing(Self.fleet(400, from: 10), into: workspace, transactions)
        }
        let difference = try difference(of: quick, slow)
        #expect(difference == [])
    }

    @Test("Nobody sees half of it, and its indexes are there for who reads meanwhile")
    func unseen() throws {
        let workspace = try Workspace()
        let indexes = try definitions(of: workspace)
        var seen: [(devices: Int, indexes: [String])] = []
        let look = { () throws -> Void in
            guard seen.count < 2 else { return }
            let devices = try workspace.inventory.summary(at: Workspace.now).devices
            seen.append((devices, try definitions(of: workspace)))
        }
        try importing(Self.fleet(3000), into: workspace, Self.bulk, progress: look)
        #expect(seen.map(\.devices) == [0, 0])
        #expect(seen.map(\.indexes) == [indexes, indexes])
        #expect(try workspace.inventory.summary(at: Workspace.now).devices == 3000)
        #expect(try definitions(of: workspace) == indexes)
    }

    private func definitions(of workspace: Workspace) throws -> [String] {
        try workspace.tables.read { database in
            try String.fetchAll(
                #require(database as? SQLiteDatabase).connection,
                sql: "SELECT sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL ORDER BY name")
        }
    }

    @Test("One that fails leaves the inventory as it was, and can be repeated")
    func failing() throws {
        let workspace = try Workspace()
        let before = try content(of: workspace)
        let dying = reader { bytes throws(RotationError) in
            let columns = try readFake(bytes)
            if columns.subject == "CN=c280" { throw RotationError(.io, "died") }
            return columns
        }
        #expect(
            failure { try importing(Self.fleet(300), into: workspace, Self.bulk, reader: dying) }?.code == .io)
        #expect(try content(of: workspace) == before)
        try importing(Self.fleet(300), into: workspace, Self.bulk, dryRun: true)
        #expect(try content(of: workspace) == before)
        #expect(try importing(Self.fleet(300), into: workspace, Self.bulk).summary.devices.added == 300)
    }

    @Test("The write-ahead log does not stay as long as it was")
    func log() throws {
        let workspace = try Workspace()
        try importing(Self.fleet(300), into: workspace, Self.bulk)
        #expect(try Data(contentsOf: URL(fileURLWithPath: workspace.folder.file("fleet.sqlite-wal"))).isEmpty)
    }

    @Test(
        "Indexes are built at the end where many come, and many more than are there",
        arguments: [(9_000, 0, false), (10_000, 0, true), (10_000, 5_000, true), (10_000, 5_001, false)])
    func rule(coming: Int64, known: Int64, isBulk: Bool) {
        #expect(ImportTransactions().isBulk(bytesLeft: coming * 1024) { known } == isBulk)
    }
}
