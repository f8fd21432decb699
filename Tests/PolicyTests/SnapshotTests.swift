import LocatedYAML
import Policy
import RotationModel
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Deliberately wrong files, three and more of each kind of mistake, beside the messages that they get. To write the messages
/// anew after a change, remove the .txt files, run the tests twice, and read the difference.
@Suite("Messages as they are shown")
struct SnapshotTests {
    static let names = [
        "unknown-key", "missing-key", "wrong-type", "duration", "word", "name", "match", "dates", "profile",
        "revocation", "test", "yaml", "anchor", "signature",
    ].flatMap { kind in (1...3).map { "\(kind)-\($0)" } }

    private static var folder: String {
        "/" + #filePath.split(separator: "/").dropLast().joined(separator: "/") + "/Snapshots/"
    }

    private func read(_ name: String) -> [UInt8]? {
        guard let stream = fopen(SnapshotTests.folder + name, "r") else { return nil }
        defer { fclose(stream) }
        var bytes = [UInt8](repeating: 0, count: 100_000)
        bytes.removeLast(bytes.count - fread(&bytes, 1, bytes.count, stream))
        return bytes
    }

    private func write(_ name: String, _ text: String) throws {
        let stream = try #require(fopen(SnapshotTests.folder + name, "w"))
        defer { fclose(stream) }
        let bytes = Array(text.utf8)
        try #require(fwrite(bytes, 1, bytes.count, stream) == bytes.count)
    }

    @Test("A wrong file gets the messages that were agreed on", arguments: names)
    func snapshot(name: String) throws {
        let file = SourceFile(path: "\(name).yaml", bytes: try #require(read("\(name).yaml"), "no file \(name).yaml"))
        let loaded = PolicySet.load(
            [file], authorities: [p256Authority, pssAuthority, dsaAuthority], sha256: spreadHash)
        #expect(!loaded.diagnostics.isEmpty)
        let shown = loaded.diagnostics.map { $0.rendered(color: false) + "\n" }.joined()
        guard let kept = read("\(name).txt") else {
            try write("\(name).txt", shown)
            Issue.record("there was no \(name).txt; it is written now, to be read and kept")
            return
        }
        #expect(shown == String(decoding: kept, as: UTF8.self))
    }
}
