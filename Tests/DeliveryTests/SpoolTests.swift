import Foundation
import RotationModel
import RotationTesting
import System
import Testing

@testable import Delivery

/// A submission of a test; what it is about is in its bytes.
func submission(
    _ text: String, of device: String = "d1", kind: Submission.Kind = .csr, at: Timestamp = SpoolTests.now
) -> Submission {
    Submission(
        kind: kind, device: DeviceID(checked: device), account: AccountID(checked: "111122223333"),
        certificate: Fingerprint(.zero), at: at, via: .tls, bytes: Array(text.utf8))
}

@Suite("The gate's spool")
struct SpoolTests {
    static let now = Timestamp(seconds: 1_796_083_200)  // 2026-12-01T00:00:00Z

    private let folder: TemporaryFolder
    private let inbox: Inbox
    private var root: String { folder.path + "/gate" }

    init() throws {
        folder = try TemporaryFolder()
        inbox = Inbox(root: folder.path, acceptsGate: true)
        try make("gate")
    }

    private func make(_ name: String, mode: Int = 0o750) throws {
        try FileManager.default.createDirectory(
            atPath: folder[name], withIntermediateDirectories: true, attributes: [.posixPermissions: mode])
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: folder[name])
    }

    private func spool(_ limits: SpoolLimits = .submissions) throws -> Spool {
        try Spool(root: root, submissions: limits, clock: FixedClock(Self.now))
    }

    private func read() throws -> [Submission] {
        try inbox.submissions.names().map { try Submission(reading: inbox.submissions.read($0)) }
    }

    @Test("What is handed in is there for the job, as it was handed in, in the order of its times")
    func roundTrip() async throws {
        let spool = try spool()
        let later = submission(
            "later, \"quoted\" \u{1} and €", of: "a/../b \u{E9}", kind: .ack, at: Self.now + .hours(1))
        try await spool.submit(later)
        try await spool.submit(submission("first"))
        #expect(try read() == [submission("first"), later])
        #expect(try spool.names().map(\.time) == [Self.now, Self.now + .hours(1)])
        let first = try #require(try inbox.submissions.names().first)
        #expect(first.hasPrefix("20261201T000000Z-") && first.hasSuffix(".json") && first.utf8.count == 38)
    }

    @Test("In the user's own inbox the spool is made where it is missing, for that user alone")
    func made() async throws {
        try FileManager.default.removeItem(atPath: root)
        try await spool().submit(submission("first"))
        #expect(try read() == [submission("first")])
        #expect(FileIdentity.following(root)?.mode == 0o700)
    }

    @Test("In another user's inbox the spool is not made: its owner decides who may write in it", .enabled(if: isRoot))
    func strange() throws {
        try FileManager.default.removeItem(atPath: root)
        try FileManager.default.setAttributes([.ownerAccountID: 65_534], ofItemAtPath: folder.path)
        let failure = #expect(throws: RotationError.self) { try spool() }
        #expect(failure?.code == .io && failure?.advice.contains("install -d -m 0700") == true)
        #expect(FileIdentity.following(root) == nil)
    }

    private static let isRoot = EffectiveUser.id == 0

    @Test("A clock that goes back makes earlier names, and loses nothing")
    func clockBack() async throws {
        let spool = try spool()
        for hour in [0, -3, 2, -9] { try await spool.submit(submission("\(hour)", at: Self.now + .hours(Int64(hour)))) }
        #expect(try read().map { String(decoding: $0.bytes, as: UTF8.self) } == ["-9", "-3", "0", "2"])
    }

    @Test("What waits already is not kept twice, and is once more when the job has taken it out")
    func again() async throws {
        let spool = try spool()
        let name = try await spool.submit(submission("x"))
        #expect(try await spool.submit(submission("x", at: Self.now + .days(1))) == name)
        try await spool.submit(submission("x", of: "d2"))
        try await spool.submit(submission("x", kind: .ack))
        #expect(try inbox.submissions.names().count == 3)
        _ = try inbox.submissions.read(name)
        try inbox.submissions.remove(name)
        #expect(try await spool.submit(submission("x")) != name)
        #expect(try inbox.submissions.names().count == 3)
    }

    @Test("Thousands at once are all there, and share the synchronization of the folder")
    func thousands() async throws {
        let spool = try spool()
        let count = 2000
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<count { group.addTask { try await spool.submit(submission("\(number)")) } }
            try await group.waitForAll()
        }
        let found = Set(try read().map { String(decoding: $0.bytes, as: UTF8.self) })
        #expect(found == Set((0..<count).map(String.init)))
        #expect(try FileManager.default.contentsOfDirectory(atPath: root + "/submissions").count == count)
    }

    @Test("Who comes while the folder is being synchronized is served by the next synchronization, with all the others")
    func groupCommit() async throws {
        let commit = FolderCommit(try spoolFolder().folder)
        let tickets = (0..<100).map { _ in commit.ticket() }
        for ticket in tickets.shuffled() { try await commit.synchronize(ticket) }
        #expect(await commit.synchronizations == 1)
        try await commit.synchronize(commit.ticket())
        #expect(await commit.synchronizations == 2)
    }

    private func spoolFolder(_ limits: SpoolLimits = .submissions) throws -> SpoolFolder {
        try make("gate/submissions")
        return SpoolFolder(try .init(opening: root + "/submissions"), limits, of: "submissions")
    }

    // MARK: Bounds

    @Test(
        "A full spool refuses, says what to do, and takes again once the job has been there", arguments: [true, false])
    func full(byCount: Bool) async throws {
        let size = submission("0").json.count
        let folder = try spoolFolder(
            byCount ? SpoolLimits(files: 3, bytes: 1 << 20) : SpoolLimits(files: 100, bytes: 3 * size))
        var random = SystemRandomNumberGenerator()
        var names: [SpoolName] = []
        for number in 0..<3 {
            names.append(SpoolName(at: Self.now, using: &random))
            #expect(try await folder.add(submission("\(number)").json, as: names[number]))
        }
        let next = SpoolName(at: Self.now, using: &random)
        let error = await #expect(throws: RotationError.self) {
            _ = try await folder.add(submission("3").json, as: next)
        }
        #expect(error?.code == .io && error?.message.contains("it is full") == true)
        #expect(error?.advice.contains("rotation-job run") == true)
        #expect(try read().count == 3, "what was acknowledged is there, and nothing else")
        try inbox.submissions.remove(names[0].text)
        #expect(try await addOnceThereIsRoom(submission("3").json, as: next, to: folder))
        #expect(try read().count == 3)
    }

    /// A full folder is not counted at each refusal: who is refused comes again.
    private func addOnceThereIsRoom(_ bytes: [UInt8], as name: SpoolName, to folder: SpoolFolder) async throws -> Bool {
        for _ in 0..<100 {
            if let isAdded = try? await folder.add(bytes, as: name) { return isAdded }
            try await Task.sleep(for: .milliseconds(100))
        }
        return false
    }

    @Test("Nothing takes the place of a file that is there")
    func noReplacing() async throws {
        let folder = try spoolFolder()
        var random = SystemRandomNumberGenerator()
        let name = SpoolName(at: Self.now, using: &random)
        #expect(try await folder.add(submission("first").json, as: name))
        #expect(try await folder.add(submission("second").json, as: name) == false)
        #expect(try read() == [submission("first")])
        #expect(try FileManager.default.contentsOfDirectory(atPath: root + "/submissions") == [name.text])
    }

    @Test("More than 16 KiB is bad input, and 16 KiB fit")
    func size() async throws {
        let spool = try spool()
        let error = await #expect(throws: RotationError.self) {
            try await spool.submit(submission(String(repeating: "x", count: Submission.largest + 1)))
        }
        #expect(error?.code == .badInput)
        try await spool.submit(
            submission(String(repeating: "x", count: Submission.largest), of: String(repeating: "\"", count: 128)))
        #expect(try read().count == 1)
    }

    @Test("A folder that cannot be written refuses, and what waited in it is there", .enabled(if: geteuid() != 0))
    func readOnly() async throws {
        let spool = try spool()
        try await spool.submit(submission("kept"))
        try make("gate/submissions", mode: 0o550)
        defer { try? make("gate/submissions") }
        let error = await #expect(throws: RotationError.self) { try await spool.submit(submission("lost?")) }
        #expect(error?.code == .permission)
        #expect(try read() == [submission("kept")])
    }

    @Test("A spool that was moved away is not written to any more, and one that is gone refuses")
    func moved() async throws {
        let spool = try spool()
        try await spool.submit(submission("before"))
        try FileManager.default.moveItem(atPath: root, toPath: folder["gate.old"])
        await #expect(throws: RotationError.self) { try await spool.submit(submission("between")) }
        try make("gate")
        try await spool.submit(submission("after"))
        #expect(try Inbox(root: folder.path, acceptsGate: true).submissions.names().count == 1)
        try await spool.submit(submission("before"))
        #expect(try spool.names().count == 2, "what waits in the old one waits for nobody")
    }

    @Test("What a dead gate had begun to write is not read, goes after an hour, and not before")
    func abandoned() async throws {
        try make("gate/submissions")
        let path = root + "/submissions"
        for (name, age) in [
            (".old.json.new", 3601.0), (".new.json.new", 60), (".taken.20261201T000000Z-0123456789abcdef.json", 9999),
        ] {
            try Data("{\"version\":1,\"ki".utf8).write(to: URL(fileURLWithPath: "\(path)/\(name)"))
            let modified = Date(timeIntervalSince1970: TimeInterval(Self.now.seconds) - age)
            try FileManager.default.setAttributes([.modificationDate: modified], ofItemAtPath: "\(path)/\(name)")
        }
        let spool = try spool()
        #expect(try spool.names().isEmpty && inbox.submissions.names().isEmpty)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: path).sorted()
                == [".new.json.new", ".taken.20261201T000000Z-0123456789abcdef.json"])
    }

    // MARK: Who was seen

    @Test("Who was seen is noted once in six hours, and a new certificate at once")
    func seen() async throws {
        let spool = try spool()
        let (old, new) = (fingerprint(1), fingerprint(2))
        try await spool.note(seen: [old: Self.now])
        try await spool.note(seen: [old: Self.now + .minutes(1)])
        try await spool.note(seen: [old: Self.now + .minutes(2), new: Self.now + .minutes(2)])
        try await spool.note(seen: [old: Self.now + .hours(6)])
        try await spool.note(seen: [old: Self.now - .hours(1)])
        try await spool.note(seen: [:])
        let notes = try inbox.seen.names().map { try SeenNote(reading: inbox.seen.read($0)).seen }
        #expect(notes.count == 4)
        #expect(notes.contains([new: Self.now + .minutes(2)]) && notes.contains([old: Self.now + .hours(6)]))
        #expect(notes.contains([old: Self.now - .hours(1)]), "a clock that was set back")
    }

    @Test("A note holds no more than its reader takes: the rest goes into others")
    func manySeen() async throws {
        let spool = try spool()
        let seen = Dictionary(uniqueKeysWithValues: (0..<SeenNote.most + 5).map { (fingerprint($0), Self.now) })
        try await spool.note(seen: seen)
        let notes = try inbox.seen.names().map { try SeenNote(reading: inbox.seen.read($0)).seen }
        #expect(notes.map(\.count).sorted() == [5, SeenNote.most])
        #expect(notes.reduce(into: [:]) { $0.merge($1, uniquingKeysWith: max) } == seen)
    }

    private func fingerprint(_ number: Int) -> Fingerprint {
        let words = (UInt64(number).bigEndian, UInt64(0), UInt64(0), UInt64(0))
        return Fingerprint(withUnsafeBytes(of: words) { SHA256Digest(raw: $0) } ?? .zero)
    }

    // MARK: What is no file of the spool

    /// A submission as it should be, with one text in it replaced.
    private static func changed(_ text: String, to other: String) -> String {
        let good = String(decoding: submission("x").json, as: UTF8.self)
        return good.replacing(text, with: other, maxReplacements: 1)
    }

    static let noSubmissions: [String] = [
        "", "{", "[]", "{}", "null", "\u{FEFF}{}", #"{"version":1}"#, String(repeating: "[", count: 10_000),
        changed(#""version":1"#, to: #""version":2"#),
        changed(#""version":1"#, to: #""version":"1""#),
        changed(#""kind":"csr""#, to: #""kind":"key""#),
        changed(#""kind":"csr""#, to: #""kind":"csr","kind":"ack""#),
        changed(#""via":"tls""#, to: #""via":"tls","root":true"#),
        changed(#""via":"tls""#, to: #""via":"local""#),
        changed(#""device":"d1""#, to: #""device":"""#),
        changed(#""device":"d1""#, to: #""device":["d1"]"#),
        changed(#""device":"d1""#, to: #""device":"d\n1""#),
        changed(#""2026-12-01T00:00:00Z""#, to: "1796083200"),
        changed("2026-12-01", to: "2026-13-01"),
        changed("eA==", to: "eA"),
        changed("eA==", to: "!!!!"),
        changed("eA==", to: String(repeating: "eHh4", count: 5462)),
        changed(String(repeating: "0", count: 64), to: "00"),
        changed("}", to: ""),
        changed("}", to: "}{}"),
    ]

    @Test("A file that is no submission is bad input, whatever is wrong with it", arguments: noSubmissions)
    func noSubmission(text: String) throws {
        #expect(text != Self.changed("", to: ""))
        let error = #expect(throws: RotationError.self) { try Submission(reading: Array(text.utf8)) }
        #expect(error?.code == .badInput)
    }

    private static let someone = String(repeating: "0", count: 64)

    static let noNotes: [String] = [
        "", "{}", #"{"version":1}"#, #"{"version":2,"seen":{}}"#, #"{"version":1,"seen":[]}"#,
        #"{"version":1,"seen":{"00":"2026-12-01T00:00:00Z"}}"#, #"{"version":1,"seen":{},"more":1}"#,
        "{\"version\":1,\"seen\":{\"\(someone)\":1}}",
        "{\"version\":1,\"seen\":{\"\(someone)\":{\"at\":{\"a\":1}}}}",
    ]

    @Test("A note that is none is bad input", arguments: noNotes)
    func noNote(text: String) throws {
        let error = #expect(throws: RotationError.self) { try SeenNote(reading: Array(text.utf8)) }
        #expect(error?.code == .badInput)
    }

    static let candidates: [(String, Bool)] = [
        ("20261201T000000Z-0123456789abcdef.json", true), ("20261201T000000Z-0123456789ABCDEF.json", false),
        ("20261301T000000Z-0123456789abcdef.json", false), ("20261201T000060Z-0123456789abcdef.json", false),
        ("20261201T000000Z-0123456789abcde.json", false), ("20261201T000000Z_0123456789abcdef.json", false),
        ("20261201x000000Z-0123456789abcdef.json", false), ("20261201T000000Z-0123456789abcdef.jsox", false),
        ("../261201T000000Z-0123456789abcdef.json", false),
        ("\u{E9}261201T00000Z-0123456789abcdef.json", false), ("", false),
    ]

    @Test("A name is a time and sixteen hexadecimal digits, and nothing else", arguments: candidates)
    func names(text: String, isName: Bool) { #expect((SpoolName(text) != nil) == isName) }

    // MARK: Trust

    @Test("Without a gate in rotation.yaml the folder is an obstacle, and nothing in it is read")
    func notAccepted() async throws {
        try await spool().submit(submission("x"))
        for folder in [Inbox(root: folder.path).submissions, Inbox(root: folder.path).seen] {
            #expect(folder.obstacle?.message.contains("no `gate`") == true)
            #expect(throws: RotationError.self) { try folder.names() }
        }
        try FileManager.default.removeItem(atPath: root)
        #expect(Inbox(root: folder.path).submissions.obstacle == nil)
    }

    struct Untrusted: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let modes: [String: Int]
        let isTrusted: Bool
    }

    static let modes = [
        Untrusted(testDescription: "the gate's alone", modes: ["gate": 0o700, "csr": 0o770], isTrusted: true),
        Untrusted(testDescription: "everybody may read it", modes: ["gate": 0o755, "csr": 0o770], isTrusted: true),
        Untrusted(testDescription: "everybody may write in it", modes: ["gate": 0o777], isTrusted: false),
        Untrusted(
            testDescription: "everybody may write in submissions", modes: ["gate/submissions": 0o757], isTrusted: false),
        Untrusted(
            testDescription: "the group that fills csr may write in it", modes: ["gate": 0o2770, "csr": 0o770],
            isTrusted: false),
        Untrusted(
            testDescription: "the group that fills ack may write in submissions",
            modes: ["gate/submissions": 0o2770, "ack": 0o770], isTrusted: false),
        Untrusted(
            testDescription: "a group that may not fill csr",
            modes: ["gate": 0o2770, "gate/submissions": 0o2770, "csr": 0o750], isTrusted: true),
        Untrusted(testDescription: "the inbox's group may rename it", modes: ["": 0o770], isTrusted: false),
    ]

    @Test("The spool is read where only the gate can have written it", arguments: modes)
    func trust(_ test: Untrusted) async throws {
        for name in ["csr", "ack"] { try make(name) }
        try await spool().submit(submission("x"))
        for (name, mode) in test.modes {
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: folder[name])
        }
        let inbox = Inbox(root: folder.path, acceptsGate: true)
        #expect(
            (inbox.submissions.obstacle == nil) == test.isTrusted, "\(String(describing: inbox.submissions.obstacle))")
        if test.isTrusted {
            #expect(try inbox.submissions.names().count == 1)
        } else {
            #expect(inbox.submissions.obstacle?.code == .permission)
            #expect(throws: RotationError.self) { try inbox.submissions.names() }
        }
    }

    @Test(
        "A link in the spool's place, or in its folders' place, is not followed",
        arguments: ["gate", "gate/submissions"])
    func links(name: String) async throws {
        try await spool().submit(submission("x"))
        try FileManager.default.moveItem(atPath: folder[name], toPath: folder["elsewhere"])
        try FileManager.default.createSymbolicLink(atPath: folder[name], withDestinationPath: folder["elsewhere"])
        let inbox = Inbox(root: folder.path, acceptsGate: true)
        #expect(inbox.submissions.obstacle?.code == .permission)
        #expect(throws: RotationError.self) { try inbox.submissions.names() }
    }

    @Test("A link, a pipe, a folder or a large file among the submissions is not read, and can be rejected")
    func odd() async throws {
        _ = try spool()
        let path = root + "/submissions"
        try FileManager.default.createSymbolicLink(atPath: path + "/link.json", withDestinationPath: "/etc/passwd")
        try FileManager.default.createDirectory(atPath: path + "/folder.json", withIntermediateDirectories: false)
        try Data(repeating: 0x20, count: Submission.largestFile + 1).write(
            to: URL(fileURLWithPath: path + "/large.json"))
        mkfifo(path + "/pipe.json", 0o600)
        let names = try inbox.submissions.names()
        #expect(names.count == 4)
        for name in names {
            #expect(throws: RotationError.self) { try inbox.submissions.read(name) }
            try inbox.submissions.reject(
                Rejection(file: name, device: nil, code: "unreadable", text: "no", at: Self.now, run: RunID("r")))
        }
        #expect(try inbox.submissions.names().isEmpty)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder["rejected"]).count {
                $0.hasSuffix(".reason.json")
            } == 4)
    }

    @Test("A submission is rejected under its device's name, with the name that it had in the spool")
    func rejects() async throws {
        let name = try await spool().submit(submission("bad", of: "a/b"))
        _ = try inbox.submissions.read(name)
        let file = Inbox.rejectedName(of: name, device: DeviceID(checked: "a/b"))
        try inbox.submissions.reject(
            Rejection(
                file: file, submission: name, device: DeviceID(checked: "a/b"), code: "malformed", text: "no",
                at: Self.now,
                run: RunID("r")))
        #expect(try inbox.submissions.names().isEmpty)
        let kept = try #require(FileManager.default.contents(atPath: folder["rejected/a%2Fb.json"]))
        #expect(try Submission(reading: Array(kept)) == submission("bad", of: "a/b"))
        let reason = String(decoding: try folder.read("rejected/a%2Fb.reason.json"), as: UTF8.self)
        #expect(reason.contains(#""file":"a%2Fb.json","submission":"\#(name)","device":"a/b""#))
    }
}
