import Delivery
import Foundation
import RotationModel
import RotationTesting
import Testing

@Suite("The inbox")
struct InboxTests {
    private let folder: TemporaryFolder
    private let inbox: Inbox

    init() throws {
        folder = try TemporaryFolder()
        inbox = Inbox(root: folder.path)
        try FileManager.default.createDirectory(atPath: folder.path + "/csr", withIntermediateDirectories: true)
    }

    private func put(_ name: String, _ content: String = "x") throws {
        try Data(content.utf8).write(to: URL(fileURLWithPath: "\(folder.path)/csr/\(name)"))
    }

    private func rejection(_ file: String, at: Timestamp = Timestamp(seconds: 0)) -> Rejection {
        Rejection(file: file, device: nil, code: "malformed", text: "no PEM", at: at, run: RunID("r1"))
    }

    @Test("Files are listed in order, and those still being written are not there yet")
    func lists() throws {
        for name in ["b.csr", "a.csr", ".a.csr.tmp", "c.csr.part", "d.tmp", "odd"] { try put(name) }
        #expect(try inbox.requests.names() == ["a.csr", "b.csr", "odd"])
    }

    @Test("An inbox without its folder is empty")
    func missingFolder() throws {
        #expect(try Inbox(root: folder.path + "/nowhere").requests.names().isEmpty)
    }

    @Test("A link, a folder, a pipe and a file over 16 KiB are not read")
    func refuses() throws {
        try put("big.csr", String(repeating: "x", count: 16 * 1024 + 1))
        try FileManager.default.createSymbolicLink(
            atPath: folder.path + "/csr/link.csr", withDestinationPath: "/etc/passwd")
        try FileManager.default.createDirectory(
            atPath: folder.path + "/csr/folder.csr", withIntermediateDirectories: false)
        mkfifo(folder.path + "/csr/pipe.csr", 0o600)
        for (name, reason) in [
            ("big.csr", "16385 bytes"), ("link.csr", "symbolic link"), ("folder.csr", "regular file"),
            ("pipe.csr", "regular file"),
        ] {
            #expect { try inbox.requests.read(name) } throws: { error in
                "\(error)".contains(reason) && !"\(error)".contains(folder.path)
            }
        }
        try put("fits.csr", String(repeating: "x", count: 16 * 1024))
        #expect(try inbox.requests.read("fits.csr").count == 16 * 1024)
    }

    @Test("A rejected file lies in rejected/ with its reason beside it")
    func rejects() throws {
        try put("a.csr", "first")
        try inbox.requests.reject(rejection("a.csr"))
        #expect(try inbox.requests.names().isEmpty)
        #expect(FileManager.default.contents(atPath: folder.path + "/rejected/a.csr") == Data("first".utf8))
        let reason = try #require(FileManager.default.contents(atPath: folder.path + "/rejected/a.reason.json"))
        #expect(
            String(decoding: reason, as: UTF8.self)
                == #"{"version":1,"file":"a.csr","device":null,"reason":{"code":"malformed","text":"no PEM"},"at":"1970-01-01T00:00:00Z","run":"r1"}"#
                + "\n")
    }

    @Test("A second bad file of a name replaces the first, and a folder of that name gets a number")
    func rejectsAgain() throws {
        for content in ["first", "second"] {
            try put("a.csr", content)
            try inbox.requests.reject(rejection("a.csr"))
        }
        #expect(FileManager.default.contents(atPath: folder.path + "/rejected/a.csr") == Data("second".utf8))
        try FileManager.default.createDirectory(atPath: folder.path + "/csr/a.csr", withIntermediateDirectories: false)
        try inbox.requests.reject(rejection("a.csr"))
        #expect(FileManager.default.contents(atPath: folder.path + "/rejected/a.csr") == Data("second".utf8))
        #expect(FileManager.default.fileExists(atPath: folder.path + "/rejected/a.csr.2"))
        #expect(try inbox.requests.names().isEmpty)
    }

    @Test("A file that is gone when it is to be rejected is no error")
    func rejectsGone() throws {
        try inbox.requests.reject(rejection("gone.csr"))
        #expect(FileManager.default.fileExists(atPath: folder.path + "/rejected/gone.reason.json"))
    }

    @Test(
        "A name so long that its reason's would not fit is shortened, and a folder in the reason's place is passed by")
    func rejectsAwkwardNames() throws {
        let long = String(repeating: "a", count: 240) + ".csr"
        try put(long)
        try inbox.requests.reject(rejection(long))
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/rejected")
        #expect(names.count == 2 && names.allSatisfy { $0.hasPrefix("aaaa") && $0.utf8.count < 180 })
        try FileManager.default.createDirectory(
            atPath: folder.path + "/rejected/d.reason.json/full", withIntermediateDirectories: true)
        try put("d.csr")
        try inbox.requests.reject(rejection("d.csr"))
        #expect(FileManager.default.fileExists(atPath: folder.path + "/rejected/d.csr.2"))
        #expect(try inbox.requests.names().isEmpty)
    }

    @Test("A name that is no UTF-8 is moved aside too")
    func rejectsUndecodable() throws {
        let path = Array((folder.path + "/csr/").utf8) + [0xFF, 0xFE] + Array(".csr".utf8)
        let descriptor = (path + [0]).withUnsafeBufferPointer { bytes in
            bytes.withMemoryRebound(to: CChar.self) { open($0.baseAddress!, O_WRONLY | O_CREAT, 0o644) }
        }
        close(descriptor)
        #expect(try inbox.requests.names().isEmpty)
        let name = try #require(try inbox.requests.undecodableNames().first)
        let rejection = try inbox.requests.reject(undecodable: name, run: RunID("r1"), at: Timestamp(seconds: 0))
        #expect(rejection.code == "file-name" && rejection.file == "%hex-fffe2e637372")
        #expect(try inbox.requests.undecodableNames().isEmpty)
        #expect(FileManager.default.fileExists(atPath: folder.path + "/rejected/%hex-fffe2e637372"))
    }

    @Test("A rejected CSR and a rejected confirmation of one device keep a reason each")
    func twoReasons() throws {
        for name in ["a.csr", "a.jws"] { try folder.write("\(name == "a.csr" ? "csr" : "ack")/\(name)", "x") }
        try inbox.requests.reject(rejection("a.csr"))
        try inbox.confirmations.reject(rejection("a.jws"))
        let reasons = try ["a.reason.json", "a.csr.reason.json"].map {
            String(decoding: try folder.read("rejected/\($0)"), as: UTF8.self)
        }
        #expect(reasons[0].contains("a.jws") && reasons[1].contains("a.csr"))
    }

    @Test("A file that is called like a reason does not take a reason's place")
    func falseReason() throws {
        try folder.write("csr/a.csr", "x")
        try folder.write("csr/a.reason.json", "false")
        try inbox.requests.reject(rejection("a.csr"))
        try inbox.requests.reject(rejection("a.reason.json"))
        #expect(try folder.read("rejected/a.reason.json") != Array("false".utf8))
        #expect(try folder.read("rejected/a.reason.json.2") == Array("false".utf8))
    }

    @Test(
        "A folder of the inbox that is a link, or lies on another file system, is not used", arguments: [false, true])
    func elsewhere(asLink: Bool) throws {
        let other = try TemporaryFolder(inMemory: !asLink)
        try other.write("csr/a.csr", "x")
        try? FileManager.default.removeItem(atPath: folder["csr"])
        try FileManager.default.createSymbolicLink(atPath: folder["csr"], withDestinationPath: other["csr"])
        let requests = inbox.requests
        #expect(requests.obstacle?.code == .permission && requests.obstacle?.place == folder["csr"])
        #expect(throws: RotationError.self) { try requests.names() }
        #expect(throws: RotationError.self) { try requests.read("a.csr") }
        #expect(throws: RotationError.self) { try requests.reject(rejection("a.csr")) }
        #expect(throws: RotationError.self) { try requests.remove("a.csr") }
        #expect(try other.read("csr/a.csr") == Array("x".utf8))
        #expect(!FileManager.default.fileExists(atPath: folder["rejected/a.csr"]))
    }

    @Test("What the inbox's folders were when they were opened is what they stay, whoever renames them")
    func renamed() throws {
        let other = try TemporaryFolder()
        try other.write("a.csr", "secret")
        try put("a.csr", "x")
        let requests = inbox.requests
        #expect(try requests.names() == ["a.csr"])
        try FileManager.default.moveItem(atPath: folder["csr"], toPath: folder["was"])
        try FileManager.default.createSymbolicLink(atPath: folder["csr"], withDestinationPath: other.path)
        #expect(try requests.read("a.csr") == Array("x".utf8))
        try requests.reject(rejection("a.csr"))
        #expect(try folder.read("rejected/a.csr") == Array("x".utf8))
        #expect(try other.read("a.csr") == Array("secret".utf8))
    }

    @Test("A file that took the place of one that was read stays for the next run", arguments: [false, true])
    func newer(rejected: Bool) throws {
        try put("a.csr", "old")
        let requests = inbox.requests
        #expect(try requests.read("a.csr") == Array("old".utf8))
        try folder.write("new", "new!")
        #expect(rename(folder["new"], folder["csr/a.csr"]) == 0)
        if rejected { try requests.reject(rejection("a.csr")) } else { try requests.remove("a.csr") }
        #expect(try requests.names() == ["a.csr"])
        #expect(try requests.read("a.csr") == Array("new!".utf8))
        #expect(!FileManager.default.fileExists(atPath: folder["rejected/a.csr"]))
    }

    @Test("What a run had begun to take out when it died is taken in by the next")
    func begunToTake() throws {
        try put(".taken.a.csr", "x")
        try put(".taken.b.csr", "old")
        try put("b.csr", "new")
        #expect(try inbox.requests.names() == ["b.csr"])
        try inbox.requests.recover()
        #expect(try inbox.requests.names() == ["a.csr", "b.csr"])
        #expect(try inbox.requests.read("b.csr") == Array("new".utf8))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder["csr"]).sorted() == ["a.csr", "b.csr"])
    }

    @Test("A second name of a file elsewhere is not read, and what it names stays as it is")
    func hardLink() throws {
        try folder.write("secret", "key")
        #expect(link(folder["secret"], folder["csr/a.csr"]) == 0)
        let error = try #require(throws: RotationError.self) { try inbox.requests.read("a.csr") }
        #expect(error.code == .badInput && error.message.contains("hard link"))
        try inbox.requests.reject(rejection("a.csr"))
        #expect(try inbox.requests.names() == [])
        #expect(!FileManager.default.fileExists(atPath: folder["rejected/a.csr"]))
        #expect(FileManager.default.fileExists(atPath: folder["rejected/a.reason.json"]))
        #expect(try folder.read("secret") == Array("key".utf8))
    }

    @Test("A rejected file has the job's mode, not its sender's")
    func mode() throws {
        try put("a.csr", "x")
        #expect(chmod(folder["csr/a.csr"], 0o4777) == 0)
        try inbox.requests.reject(rejection("a.csr"))
        let attributes = try FileManager.default.attributesOfItem(atPath: folder["rejected/a.csr"])
        #expect(attributes[.posixPermissions] as? Int == 0o640)
    }

    @Test("Of what was rejected, the old goes, and of too many the oldest")
    func forgets() throws {
        for (name, seconds) in [("a", 100), ("b", 200), ("c", 300), ("d", 400)] {
            try put("\(name).csr")
            try inbox.requests.reject(rejection("\(name).csr", at: Timestamp(seconds: Int64(seconds))))
        }
        func left() throws -> [String] {
            try FileManager.default.contentsOfDirectory(atPath: folder["rejected"]).filter { $0.hasSuffix(".csr") }
                .sorted()
        }
        #expect(try inbox.requests.forgetRejected(before: Timestamp(seconds: 200), most: 100) == 2)
        #expect(try left() == ["b.csr", "c.csr", "d.csr"])
        #expect(try inbox.requests.forgetRejected(before: Timestamp(seconds: 200), most: 4) == 2)
        #expect(try left() == ["c.csr", "d.csr"])
        #expect(try inbox.requests.forgetRejected(before: Timestamp(seconds: 200), most: 4) == 0)
    }

    @Test("An inbox whose folders others may rename is closed to them, and that is told once")
    func closes() throws {
        #expect(chmod(folder.path, 0o770) == 0)
        let told = try #require(try inbox.requests.close())
        #expect(told.contains("770") && told.contains("750"))
        let attributes = try FileManager.default.attributesOfItem(atPath: folder.path)
        #expect(attributes[.posixPermissions] as? Int == 0o750)
        #expect(try inbox.requests.close() == nil)
    }
}
