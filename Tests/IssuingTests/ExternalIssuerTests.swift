import PKI
import RotationModel
import RotationTesting
import Testing

@testable import Issuing

@Suite("An external issuer", .timeLimit(.minutes(20)))
struct ExternalIssuerTests {
    private let allIssued = [String](repeating: "issued", count: 5)

    // MARK: Answers

    @Test("Answers are taken in any order, and are the certificates that were ordered")
    func anyOrder() async throws {
        let external = try Misbehaving()
        let issued = try await external.ask("reversed")
        #expect(issued.failure == nil)
        let subjects = try issued.results.map { try #require(try $0?.get()).certificate.subject.text }
        #expect(subjects == (0..<5).map { "CN=d\($0),O=Example Devices" })
        #expect(external.log.warnings == [])
    }

    @Test("One program serves a whole run, batch by batch")
    func batches() async throws {
        let external = try Misbehaving()
        let authority = try external.authority("good", batch: 2)
        #expect(try await external.ask(authority).story == allIssued)
        #expect(try external.asked == external.orders.map(\.id))
        #expect(Set(external.orders.map(\.id)).count == 5)
    }

    @Test("More requests than a pipe holds, from a program that answers as it reads, do not stop either")
    func fullPipes() async throws {
        // 80 KB a request: more than a pipe holds, five times over.
        let external = try Misbehaving(padding: 60_000)
        #expect(try await external.ask("good").story == allIssued)
    }

    @Test("What the program complains of is passed on with the authority's name, and bounded")
    func complaints() async throws {
        let external = try Misbehaving()
        #expect(try await external.ask("complains").story == allIssued)
        let said = external.log.warnings
        #expect(said.prefix(2) == ["authority outside: first \u{1B}[31m line", "authority outside: second"])
        #expect(said.count == IssuerLog.mostLines + 1)
        #expect(said.allSatisfy { $0.utf8.count < IssuerLog.longestLine + 100 })
    }

    @Test("What it says after its last answer changes nothing, and how it ended is told")
    func afterTheEnd() async throws {
        let external = try Misbehaving()
        #expect(try await external.ask("talks-at-the-end").story == allIssued)
        #expect(external.log.warnings.count == 1)
        #expect(external.log.warnings.first?.contains("exit status 5") == true)
    }

    // MARK: Refusals

    @Test("A refusal is one device's, with the program's own words; the others have their certificates")
    func refusal() async throws {
        let external = try Misbehaving()
        let issued = try await external.ask("refuses-one")
        #expect(issued.story == ["issued", "refused", "issued", "issued", "issued"])
        #expect(issued.failure == nil)
        let error = try #require(throws: RotationError.self) { try issued.results[1]?.get() }
        #expect(error.place == "device d1")
        #expect(error.message == "authority outside refuses: busy: not \\u{1B} now")
        #expect(external.naps.all == [])
    }

    @Test("A refusal for now is asked again under the same id, after a while that grows")
    func busy() async throws {
        let external = try Misbehaving()
        #expect(try await external.ask("busy-once").story == allIssued)
        #expect(external.naps.all == [.milliseconds(750)])
        let ids = external.orders.map(\.id)
        #expect(try external.asked == ids + ids)
    }

    @Test("One that stays busy is given up after the last try, and said so of each device")
    func alwaysBusy() async throws {
        let external = try Misbehaving()
        let issued = try await external.ask("busy", tries: 4)
        #expect(issued.story == [String](repeating: "refused", count: 5))
        #expect(issued.failure == nil)
        #expect(external.naps.all == [.milliseconds(750), .milliseconds(1500), .seconds(3)])
        let error = try #require(throws: RotationError.self) { try issued.results[4]?.get() }
        #expect(error.message.contains("in 4 tries"))
    }

    @Test("A wait is between half of and the whole of its length, which ends at 30 seconds")
    func waits() async throws {
        for (jitter, expected) in [(0.0, [0.5, 8, 15, 15]), (1.0, [1, 16, 30, 30])] {
            let naps = Naps()
            let backOff = BackOff(jitter: { jitter }, sleep: { naps.add($0) })
            for failures in [1, 5, 6, 1000] { try await backOff.wait(after: failures) }
            #expect(naps.all == expected.map { .milliseconds(Int($0 * 1000)) })
        }
    }

    // MARK: Ends

    @Test("One that ends in the middle is started again for what it did not answer")
    func dies() async throws {
        let external = try Misbehaving()
        #expect(try await external.ask("dies-once").story == allIssued)
        #expect(external.log.warnings.contains { $0.contains("with 3 requests open") && $0.contains("exit status 3") })
        #expect(external.naps.all.count == 1)
    }

    @Test("One that ends each time cannot be reached, and no more is asked of it")
    func diesAlways() async throws {
        let external = try Misbehaving()
        let issued = try await external.ask("dies", batch: 1)
        #expect(issued.story == [String](repeating: "open", count: 5))
        #expect(issued.failure?.code == .keyUnavailable)
        #expect(issued.failure?.message.contains("started 3 times") == true)
        #expect(try external.asked.count == 3)
    }

    @Test(
        "Half a line, a closed output or input, an end while a child of it holds the pipe: what was answered stands, the rest is open",
        arguments: [("half-line", 2), ("closes-output", 1), ("closes-input", 1), ("leaves-a-child", 1)])
    func ends(mode: String, answered: Int) async throws {
        // More than a pipe holds: some of it is still to be written when nobody can read it any more.
        let external = try Misbehaving(padding: 60_000)
        let began = ContinuousClock.now
        let issued = try await external.ask(mode, tries: 1)
        #expect(issued.story == (0..<5).map { $0 < answered ? "issued" : "open" })
        #expect(issued.failure?.code == .keyUnavailable)
        #expect(began.duration(to: .now) < .seconds(20), "it was not waited for")
        #expect(mode != "half-line" || issued.failure?.message.contains("in the middle of a line") == true)
        if mode == "leaves-a-child" { #expect(try await external.endsMarkedProcess()) }
    }

    @Test("One that does not answer in time is stopped, whatever it does about that", arguments: ["silent", "deaf"])
    func silence(mode: String) async throws {
        // Large requests: the deaf one does not even read.
        let external = try Misbehaving(padding: 60_000)
        let issued = try await external.ask(mode, timeout: TimeSpan(seconds: 1))
        #expect(issued.story == [String](repeating: "open", count: 5))
        #expect(issued.failure?.code == .keyUnavailable)
        #expect(issued.failure?.message.contains("not answered for 1s, with 5 requests open") == true)
        #expect(external.naps.all == [], "who hangs is not asked again")
        if mode == "silent" { #expect(try await external.endsMarkedProcess()) }
    }

    @Test(
        "What is no answer to anything ends the exchange; what was answered before stands",
        arguments: [
            ("garbage", 2, "a line that is no answer"), ("twice", 1, "does not wait for one"),
            ("unknown", 1, "an answer to nobody"), ("long-line", 0, "a line of more than 262144 bytes"),
        ])
    func violation(mode: String, answered: Int, says: String) async throws {
        let external = try Misbehaving()
        let issued = try await external.ask(mode)
        #expect(issued.story == (0..<5).map { $0 < answered ? "issued" : "open" })
        #expect(issued.failure?.code == .keyUnavailable)
        #expect(issued.failure?.message.contains(says) == true)
        #expect(external.naps.all == [])
    }

    @Test("A program that is not there, or may not be executed, is told before it is asked")
    func noProgram() throws {
        let external = try Misbehaving()
        for (program, says) in [
            ("/nowhere/issuer", "there is no program"), (external.folder.path, "is no file"),
            (external.folder["issuer.py"], "may not be executed"),
        ] {
            #expect(IssuerConfiguration(program: program).obstacle?.contains(says) == true)
        }
        #expect(IssuerConfiguration(program: "/bin/sh").obstacle == nil)
    }
}
