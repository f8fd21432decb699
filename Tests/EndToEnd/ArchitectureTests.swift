import Foundation
import Testing

/// What ARCHITECTURE.md says of the modules, held against the sources' imports.
@Suite("The house is as its architecture page says")
struct ArchitectureTests {
    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The programs that users start: thin, and all that reads command lines.
    private static let executables: Set = ["RotationJob", "RotationGate"]

    /// The outside libraries, and which module alone may know each; the executables count as one.
    private static let importers: [String: Set<String>] = [
        "ArgumentParser": executables, "Logging": executables, "GRDB": ["Fleet"], "GRDBSQLite": ["Fleet"],
        "Yams": ["LocatedYAML"], "COpenSSL": ["PKI"], "CPKCS11": ["PKI"], "SwiftASN1": ["PKI"], "Glibc": ["System"],
        "CLinux": ["System"], "NIOCore": ["Gate"], "NIOPosix": ["Gate"], "NIOHTTP1": ["Gate"],
    ]

    /// The lines of ARCHITECTURE.md that read `Module → A, B`, top layer first.
    private static func documented() throws -> [(module: String, imports: Set<String>)] {
        let page = try String(contentsOf: root.appending(path: "ARCHITECTURE.md"), encoding: .utf8)
        return page.split(separator: "\n").compactMap { line in
            let sides = line.split(separator: " → ")
            guard sides.count == 2, let module = sides.first, !module.contains(" ") || module.hasSuffix(" ") else {
                return nil
            }
            let name = module.trimmingCharacters(in: .whitespaces)
            guard name.allSatisfy(\.isLetter) else { return nil }
            let targets = sides[1].split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
            guard targets.allSatisfy({ $0.allSatisfy(\.isLetter) }) else { return nil }
            return (name, Set(targets))
        }
    }

    /// What the files of a module import.
    private static func imports(of module: String) throws -> Set<String> {
        let folder = root.appending(path: "Sources/\(module)")
        let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
        var found: Set<String> = []
        while let file = files?.nextObject() as? URL {
            guard file.pathExtension == "swift" else { continue }
            let text = try String(contentsOf: file, encoding: .utf8)
            for match in text.matches(of: /(?m)^(?:public |package |@testable )?import (\w+)/) {
                found.insert(String(match.1))
            }
        }
        return found
    }

    private static func modules() throws -> Set<String> {
        Set(try FileManager.default.contentsOfDirectory(atPath: root.appending(path: "Sources").path))
    }

    @Test("Each module imports the modules that its line names, and no others; an arrow only points down")
    func graph() throws {
        let documented = try Self.documented()
        let modules = try Self.modules()
        #expect(documented.count >= 10)
        var above: Set<String> = []
        for (module, named) in documented {
            above.insert(module)
            let imported = try Self.imports(of: module).intersection(modules).filter { !$0.hasPrefix("C") }
            #expect(imported == named, "\(module)")
            #expect(named.isDisjoint(with: above), "\(module) points up")
        }
    }

    @Test("Basics stands on nothing of the project, and on no outside library")
    func basics() throws {
        let imported = try Self.imports(of: "Basics")
        #expect(imported.isDisjoint(with: try Self.modules().union(Self.importers.keys)), "\(imported)")
    }

    @Test("Each outside library has one importer, or is the executables'")
    func importers() throws {
        let testing: Set = ["RotationTesting", "FleetMaker", "RotationBench", "FuzzTargets", "RotationFuzz"]
        for module in try Self.modules().subtracting(testing) {
            for library in try Self.imports(of: module) {
                guard let importers = Self.importers[library] else { continue }
                #expect(importers.contains(module), "\(module) imports \(library)")
            }
        }
    }

    @Test("What decides knows neither storage nor keys nor the system", arguments: ["Planning", "Policy", "Lifecycle"])
    func pure(module: String) throws {
        let imported = try Self.imports(of: module)
        #expect(!imported.isEmpty)
        #expect(imported.isDisjoint(with: ["PKI", "System", "Delivery", "GRDB", "Glibc"]))
    }

    @Test("An engine stays in its folder: GRDB, libpq, and who speaks to them")
    func engine() throws {
        let sources = Self.root.appending(path: "Sources")
        let files = FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil)
        var elsewhere: Set<String> = []
        while let file = files?.nextObject() as? URL {
            guard file.pathExtension == "swift" else { continue }
            let text = try String(contentsOf: file, encoding: .utf8)
            let strangers: [(folder: String, words: [String])] = [
                ("SQLite/", ["import GRDB"]), ("PostgreSQL/", ["import CPostgreSQL"]), ("", ["SQLFleet", "SQLView"]),
            ]
            for (folder, words) in strangers where !file.path.contains("/Fleet/\(folder)") {
                if words.contains(where: text.contains) { elsewhere.insert(file.lastPathComponent) }
            }
        }
        #expect(elsewhere.isEmpty)
    }

    @Test("No folders of a module use each other in a circle")
    func folders() throws {
        let outcome = try Self.run("python3", [Self.root.appending(path: "scripts/folder-graph").path])
        #expect(outcome.status == 0, "\(outcome.output)")
        #expect(outcome.output.hasPrefix("No circle"))
    }

    private static func run(_ program: String, _ arguments: [String]) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [program] + arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, output)
    }
}
