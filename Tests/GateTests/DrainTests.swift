import Foundation
import RotationTesting
import Testing

@testable import Gate

@Suite("The server ends")
struct DrainTests {
    @Test("A request that has begun is answered, idle connections end, and nothing new is taken")
    func drain() async throws {
        try await TestGate.serving { gate in
            async let held = gate.say([.send("GET /held HTTP/1.1\r\nHost: a\r\n\r\n")], by: .tls)
            async let idle = gate.say([.send("GET /idle HTTP/1.1\r\nHost: a\r\n\r\n"), .answers(1)], by: .tls)
            #expect(try await eventually { gate.responder.held == 1 && gate.responder.count == 2 })
            async let drained: Void = gate.server.drain()
            // Ends by itself, while the other is still held.
            let heard = try await idle
            #expect(heard.statuses == [200] && !heard.wasReset && gate.responder.held == 1)
            let refused = try await gate.curl([gate.url + "/"])
            #expect(refused.status == 7, "\(refused)")
            gate.responder.open()
            let answer = try await held
            #expect(answer.statuses == [200] && answer.text.contains("connection: close") && !answer.wasReset)
            await drained
            for socket in ["proxy.sock", "local.sock"] {
                #expect(!FileManager.default.fileExists(atPath: gate.folder[socket]))
            }
            #expect(gate.logged.all.count == 2)
        }
    }

    @Test("A request whose body is on its way may end too")
    func body() async throws {
        try await TestGate.serving { gate in
            let done = gate.folder["done"], begun = gate.folder["begun"]
            async let heard = gate.say([
                .send("POST /1 HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"), .interim,
                .touch(begun), .await(done), .send("ok"),
            ])
            #expect(try await eventually { FileManager.default.fileExists(atPath: begun) })
            async let drained: Void = gate.server.drain()
            #expect(try await eventually { !FileManager.default.fileExists(atPath: gate.folder["proxy.sock"]) })
            try gate.folder.write("done", "")
            #expect(try await heard.statuses == [100, 200])
            await drained
        }
    }

    @Test("A request that does not end is cut off when the time for it is over")
    func stuck() async throws {
        var options = TestGate.Options()
        options.drain = .milliseconds(200)
        try await TestGate.serving(options) { (gate) async throws in
            async let held = gate.say([.send("GET /held HTTP/1.1\r\nHost: a\r\n\r\n")])
            #expect(try await eventually { gate.responder.held == 1 })
            await gate.server.drain()
            #expect(try await held.text.isEmpty && gate.responder.held == 1)
        }
    }
}
