import Foundation
import RotationModel
import RotationTesting
import Testing

@testable import Delivery

/// A file system of its own, where this user may mount one.
private final class SmallDisk {
    let path: String
    private let folder: TemporaryFolder

    /// Nil where nothing can be mounted.
    init?(kilobytes: Int) {
        guard let folder = try? TemporaryFolder() else { return nil }
        (self.folder, path) = (folder, folder.path)
        guard SmallDisk.run("mount", ["-t", "tmpfs", "-o", "size=\(kilobytes)k", "tmpfs", path]) else { return nil }
    }

    deinit { _ = SmallDisk.run("umount", [path]) }

    func remount(_ option: String) -> Bool { SmallDisk.run("mount", ["-o", "remount,\(option)", path]) }

    private static func run(_ program: String, _ arguments: [String]) -> Bool {
        (try? ExternalProgram.run([program] + arguments))?.status == 0
    }

    static let canMount = SmallDisk(kilobytes: 64) != nil
}

@Suite("The gate's spool on a disk that fails", .enabled(if: SmallDisk.canMount))
struct SpoolDiskTests {
    private func read(_ root: String) throws -> [Submission] {
        let inbox = Inbox(root: root, acceptsGate: true)
        return try inbox.submissions.names().map { try Submission(reading: inbox.submissions.read($0)) }
    }

    private func gate(on disk: SmallDisk) throws -> Spool {
        let path = disk.path + "/gate"
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o750])
        // What tmpfs gives its top.
        try FileManager.default.setAttributes([.posixPermissions: 0o750], ofItemAtPath: disk.path)
        return try Spool(root: path, clock: FixedClock(SpoolTests.now))
    }

    @Test("A full disk refuses, leaves nothing half-written, and loses nothing that was acknowledged")
    func full() async throws {
        let disk = try #require(SmallDisk(kilobytes: 256))
        let spool = try gate(on: disk)
        var kept: Set<String> = []
        var failure: RotationError?
        for number in 0..<100 where failure == nil {
            let text = "\(number) " + String(repeating: "x", count: 9000)
            do throws(RotationError) {
                try await spool.submit(submission(text))
                kept.insert(text)
            } catch {
                failure = error
            }
        }
        #expect(failure?.code == .io && failure?.message.contains("No space left") == true)
        #expect(kept.count > 5)
        #expect(Set(try read(disk.path).map { String(decoding: $0.bytes, as: UTF8.self) }) == kept)
        let names = try FileManager.default.contentsOfDirectory(atPath: disk.path + "/gate/submissions")
        #expect(names.allSatisfy { !$0.hasPrefix(".") })
        let inbox = Inbox(root: disk.path, acceptsGate: true)
        for name in try inbox.submissions.names() { try inbox.submissions.remove(name) }
        try await spool.submit(submission("again"))
        #expect(try read(disk.path) == [submission("again")])
    }

    @Test("A disk that turned read-only refuses, and what waits on it is there")
    func readOnly() async throws {
        let disk = try #require(SmallDisk(kilobytes: 256))
        let spool = try gate(on: disk)
        try await spool.submit(submission("kept"))
        try #require(disk.remount("ro"))
        let error = await #expect(throws: RotationError.self) { try await spool.submit(submission("lost?")) }
        #expect(error?.code == .permission)
        #expect(throws: RotationError.self) { try Spool(root: disk.path + "/gate2") }
        #expect(try read(disk.path) == [submission("kept")])
        #expect(disk.remount("rw"))
        try await spool.submit(submission("later"))
        #expect(try read(disk.path).count == 2)
    }
}
