import Foundation
import Testing

@Suite("CSRs that cannot be taken")
struct InboxTests {
    private static let due = #""certificates": [{"left": 5, "lifetime": 90}]"#

    @Test(
        "a CSR that proves nothing, or brings a key that may not be used, moves aside with its reason and the manifest says why",
        arguments: [
            ("the signature is wrong", #"{"spoil": "signature"}"#),
            ("RSA-1024", #"{"key": "rsa-1024"}"#),
            ("a curve that is not the profile's", #"{"key": "ecdsa-p521"}"#),
            ("a curve that nobody knows", #"{"key": "ecdsa-p224"}"#),
            ("another device's key", #"{"named": "taken"}"#),
            ("the key that it must replace", #"{"named": "own"}"#),
        ])
    func unusable(what: String, csr: String) async throws {
        let workspace = try await Workspace()
        try await workspace.add(
            devices: """
                {"devices": [{"device": "d1", "certificates": [{"left": 5, "lifetime": 90, "named": "own"}], "csr": \(csr)},
                 {"device": "d2", "certificates": [{"left": 80, "lifetime": 90, "named": "taken", "status": "INACTIVE"}]}]}
                """)
        #expect(try await workspace.plan().devices("request-csr") == ["d1"], "a dry run sees it too")
        #expect(workspace.names(in: "inbox/csr") == ["d1.csr"], "and leaves it where it is")
        try await workspace.job("run", "--at", now, expecting: 0)
        #expect(workspace.names(in: "inbox/csr") == [])
        #expect(workspace.names(in: "inbox/rejected") == ["d1.csr", "d1.reason.json"])
        let reason = try JSONDecoder().decode(
            RejectionReason.self, from: Data(workspace.text("inbox/rejected/d1.reason.json").utf8))
        #expect(reason.file == "d1.csr" && reason.device == "d1" && reason.at == now)
        #expect(!reason.reason.code.isEmpty && !reason.reason.text.isEmpty)
        let manifest = try workspace.manifest("d1")
        #expect(manifest.action == "rekey")
        #expect(manifest.request?.refused?.isEmpty == false)
    }

    @Test("of two devices that hand in one key, at most one gets a certificate for it")
    func oneKeyTwice() async throws {
        let workspace = try await Workspace()
        try await workspace.add(
            devices: """
                {"devices": [{"device": "d1", \(Self.due), "csr": {"named": "same"}}, {"device": "d2", \(Self.due), "csr": {"named": "same"}}]}
                """)
        try await workspace.job("run", "--at", now, expecting: 0)
        let pending = try ExportedDevice.all(await workspace.export()).map { $0.count("PENDING_ACTIVATION") }
        #expect(pending.reduce(0, +) <= 1)
        #expect(workspace.names(in: "inbox/rejected").contains { $0.hasSuffix(".reason.json") })
    }

    @Test(
        "files that are no CSR of a known device are moved aside, each with its reason; the good one beside them is issued"
    )
    func notRequests() async throws {
        let workspace = try await Workspace()
        try await workspace.add(devices: #"{"devices": [{"device": "good", \#(Self.due), "csr": {}}]}"#)
        let inbox = workspace.path + "/inbox/csr/"
        let csr = try #require(FileManager.default.contents(atPath: inbox + "good.csr"))
        let secret = workspace.scratch + "/outside"
        try csr.write(to: URL(fileURLWithPath: secret))
        try Data().write(to: URL(fileURLWithPath: inbox + "empty.csr"))
        try Data((0...255).map { UInt8($0) }).write(to: URL(fileURLWithPath: inbox + "binary.csr"))
        try Data(repeating: 0x41, count: 1_048_576).write(to: URL(fileURLWithPath: inbox + "large.csr"))
        try csr.prefix(csr.count / 2).write(to: URL(fileURLWithPath: inbox + "truncated.csr"))
        try csr.write(to: URL(fileURLWithPath: inbox + "unknown.csr"))
        try csr.write(to: URL(fileURLWithPath: inbox + "..%2F..%2Fescape.csr"))
        try FileManager.default.createSymbolicLink(atPath: inbox + "link.csr", withDestinationPath: secret)
        try FileManager.default.createDirectory(atPath: inbox + "folder.csr", withIntermediateDirectories: false)
        #expect(mkfifo(inbox + "pipe.csr", 0o600) == 0)

        let run = try await workspace.job("run", "--at", now)
        #expect([0, 3].contains(run.status), run.story)
        #expect(workspace.names(in: "inbox/csr") == [])
        let rejected = workspace.names(in: "inbox/rejected")
        for name in [
            "empty", "binary", "large", "truncated", "unknown", "..%2F..%2Fescape", "link", "folder", "pipe",
        ] {
            #expect(rejected.contains("\(name).reason.json"), "\(name): \(rejected)")
            guard rejected.contains("\(name).reason.json") else { continue }
            let reason = try JSONDecoder().decode(
                RejectionReason.self, from: Data(workspace.text("inbox/rejected/\(name).reason.json").utf8))
            #expect(reason.file == "\(name).csr" && !reason.reason.text.isEmpty)
        }
        #expect(!rejected.contains("good.reason.json"))
        #expect(try workspace.manifest("good").action == "install")
        #expect(FileManager.default.contents(atPath: secret) == csr, "what a link points to is not touched")
    }
}
