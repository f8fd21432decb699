import Foundation
import RotationTesting
import Testing

@testable import Gate

/// That a connection ends is asked for, not when: the server's own limits are short here.
@Suite("Clients that are slow, and clients that are many")
struct PatienceTests {
    private func impatient(_ change: (inout ServerLimits) -> Void) -> ServerLimits {
        var limits = TestGate.patient
        change(&limits)
        return limits
    }

    @Test("Headers that do not come to an end are cut off with 408", arguments: TestGate.Way.allCases)
    func slowHeaders(way: TestGate.Way) async throws {
        try await TestGate.serving(limits: impatient { $0.headers = .milliseconds(200) }) { gate in
            let heard = try await gate.say([.send("GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ")], by: way)
            #expect((heard.statuses, heard.codes) == ([408], ["timeout"]))
            #expect(!heard.wasReset && gate.responder.count == 0)
        }
    }

    @Test("A body that does not come to an end is cut off with 408", arguments: TestGate.Way.allCases)
    func slowBody(way: TestGate.Way) async throws {
        try await TestGate.serving(limits: impatient { $0.body = .milliseconds(200) }) { gate in
            let heard = try await gate.say(
                [.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n123")], by: way)
            #expect((heard.statuses, heard.codes) == ([408], ["timeout"]))
            #expect(!heard.wasReset && gate.responder.count == 0)
        }
    }

    @Test("A connection without a request ends without a word", arguments: TestGate.Way.allCases)
    func idle(way: TestGate.Way) async throws {
        try await TestGate.serving(limits: impatient { $0.idle = .milliseconds(200) }) { gate in
            let heard = try await gate.say([], by: way)
            #expect(heard.text.isEmpty && !heard.wasReset)
            let used = try await gate.say([.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")], by: way)
            #expect(used.statuses == [200] && !used.wasReset)
        }
    }

    @Test(
        "Who begins no handshake, or does not end one, is cut off", arguments: ["", "\u{16}\u{3}\u{1}\u{1}\u{0}\u{1}"])
    func handshake(start: String) async throws {
        try await TestGate.serving(limits: impatient { $0.handshake = .milliseconds(200) }) { gate in
            let steps = try JSONEncoder().encode([Step.send(start)])
            let outcome = try await Programs.judge("http_client.py", ["tcp", "\(gate.port)"], input: Array(steps))
            #expect(outcome.status == 0 && outcome.output.isEmpty, "\(outcome)")
            #expect(try await gate.sample("rotation_gate_handshakes_total{outcome=timeout,version=}") == 1)
        }
    }

    @Test("What is no TLS is counted by what it is, and ends")
    func noTLS() async throws {
        try await TestGate.serving { gate in
            let steps = try JSONEncoder().encode([Step.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")])
            let outcome = try await Programs.judge("http_client.py", ["tcp", "\(gate.port)"], input: Array(steps))
            #expect(outcome.status == 0, "\(outcome)")
            #expect(try await gate.sample("rotation_gate_handshakes_total{outcome=plain-http,version=}") == 1)
        }
    }

    @Test("A client that does not read its answer is cut off")
    func doesNotRead() async throws {
        try await TestGate.serving(limits: impatient { $0.idle = .milliseconds(300) }) { gate in
            let done = gate.folder["done"]
            async let heard = gate.say([.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n"), .await(done)])
            #expect(try await eventually { gate.responder.count == 1 })
            #expect(try await eventually { try await gate.sample("rotation_gate_connections") == 0 })
            try gate.folder.write("done", "")
            #expect(try await heard.text.utf8.count < EchoResponder.large)
        }
    }

    @Test("Connections that say nothing, as many as the limit and more, keep nobody out")
    func halfOpen() async throws {
        try await TestGate.serving(limits: impatient { $0.connections = 8 }) { gate in
            let (ready, done) = (gate.folder["ready"], gate.folder["done"])
            let holder = """
                import os, socket, sys, time
                held = [socket.create_connection(("127.0.0.1", int(sys.argv[1]))) for _ in range(40)]
                for one in held[::2]:
                    try: one.send(b"\\x16\\x03\\x01")
                    except OSError: pass
                open(sys.argv[2], "w").close()
                while not os.path.exists(sys.argv[3]): time.sleep(0.01)
                """
            async let holding = Programs.run([Programs.python, "-c", holder, "\(gate.port)", ready, done])
            #expect(try await eventually { FileManager.default.fileExists(atPath: ready) })
            // All that were begun have come: those that come later would take the place of who asks below.
            let evicted = "rotation_gate_connections_turned_away_total{reason=evicted}"
            #expect(try await eventually { try await gate.sample(evicted) ?? 0 >= 40 - 8 })
            for _ in 0..<3 { #expect(try await gate.status([gate.url + "/"]) == 200) }
            try gate.folder.write("done", "")
            #expect(try await holding.status == 0)
        }
    }

    @Test("Where all connections that may be open are being answered, another one is closed, and none of them is")
    func full() async throws {
        try await TestGate.serving(limits: impatient { $0.connections = 1 }) { gate in
            async let held = gate.status([gate.url + "/held"])
            #expect(try await eventually { gate.responder.held == 1 })
            let turnedAway = try await gate.curl([gate.url + "/"])
            #expect(turnedAway.status != 0 && turnedAway.output.isEmpty)
            // The operator is never turned away.
            #expect(try await gate.sample("rotation_gate_connections_turned_away_total{reason=full}") == 1)
            gate.responder.open()
            #expect(try await held == 200)
            #expect(try await eventually { try await gate.sample("rotation_gate_connections") == 0 })
            #expect(try await gate.status([gate.url + "/"]) == 200)
        }
    }
}
