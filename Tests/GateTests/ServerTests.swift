import Foundation
import RotationTesting
import Testing

@testable import Gate

@Suite("What the server reads and writes")
struct ServerTests {
    @Test("A device is told by its certificate, over both versions of TLS", arguments: ["1.2", "1.3"])
    func device(version: String) async throws {
        let sensor = try Identity.sensor.get()
        try await TestGate.serving { gate in
            let seen = try await gate.seen(
                [
                    "--tlsv\(version)", "--tls-max", version, "--connect-to",
                    "a.IoT.example.com:443:127.0.0.1:\(gate.port)",
                    "https://a.IoT.example.com/v1/manifest?x=1",
                ], as: sensor)
            #expect((seen.method, seen.path, seen.transport) == ("GET", "/v1/manifest", "tls"))
            #expect(seen.certificate == sensor.fingerprint)
            #expect((seen.serverName, seen.address) == ("a.iot.example.com", "127.0.0.1"))
            #expect(try await eventually { !gate.logged.all.isEmpty })
            let line = try #require(gate.logged.all.first)
            #expect(line.contains("\"tls\":\"TLSv\(version)\"") && line.contains(sensor.fingerprint))
            #expect(line.contains("\"path\":\"/v1/manifest\"") && !line.contains("x=1"))
        }
    }

    @Test("Who shows no certificate is let in as nobody")
    func nobody() async throws {
        try await TestGate.serving { gate in
            let seen = try await gate.seen([gate.url + "/"])
            #expect(seen.certificate == nil && seen.serverName == nil)
        }
    }

    @Test("openssl s_client is answered too, and told by close_notify that there is no more")
    func sClient() async throws {
        try await TestGate.serving { gate in
            let outcome = try await Programs.run(
                ["openssl", "s_client", "-connect", "127.0.0.1:\(gate.port)", "-quiet"],
                input: Array("GET /s HTTP/1.1\r\nHost: gate\r\nConnection: close\r\n\r\n".utf8))
            #expect(
                outcome.text.contains("HTTP/1.1 200 OK") && outcome.text.contains("\"path\":\"\\/s\""), "\(outcome)")
            #expect(!outcome.errors.contains("unexpected eof"), "\(outcome.errors)")
        }
    }

    @Test("An IPv6 address is listened on beside an IPv4 one, and stands in the log")
    func version6() async throws {
        var options = TestGate.Options()
        options.listen = [ListenAddress(host: "::1", port: 0), ListenAddress(host: "127.0.0.1", port: 0)]
        try await TestGate.serving(options) { (gate) async throws in
            let ports = gate.server.endpoints.compactMap(\.port)
            #expect(ports.count == 2)
            #expect(try await gate.seen(["https://[::1]:\(ports[0])/"]).address == "::1")
            #expect(try await gate.seen(["https://127.0.0.1:\(ports[1])/"]).address == "127.0.0.1")
        }
    }

    @Test("A connection serves one request after the other", arguments: ["1.2", "1.3"])
    func keepAlive(version: String) async throws {
        try await TestGate.serving { gate in
            let outcome = try await gate.curl([
                "--tls-max", version, "--output", "/dev/null", "--output", "/dev/null", "--output", "/dev/null",
                "--write-out", "%{http_code} %{num_connects} ", gate.url + "/1", gate.url + "/2", gate.url + "/3",
            ])
            #expect(outcome.text == "200 1 200 0 200 0 ")
        }
    }

    @Test("A body is handed over whole, with its length said or in chunks, and after `100 Continue`")
    func bodies() async throws {
        try await TestGate.serving { gate in
            let body = String(repeating: "0123456789abcdef", count: 1000)
            let folder = try TemporaryFolder()
            let file = try folder.write("body", body)
            for headers in [[], ["-H", "Transfer-Encoding: chunked"], ["-H", "Expect: 100-continue"]] {
                let seen = try await gate.seen(headers + ["--data-binary", "@\(file)", gate.url + "/v1/csr"])
                #expect(seen.method == "POST" && seen.body == body, "\(headers)")
            }
            let largest = try folder.write("largest", [UInt8](repeating: 0x61, count: ServerLimits.largestBody))
            #expect(try await gate.seen(["--data-binary", "@\(largest)", gate.url + "/"]).body.count == 16_384)
        }
    }

    @Test("`100 Continue` comes before the body is sent")
    func interim() async throws {
        try await TestGate.serving { gate in
            let heard = try await gate.say([
                .send(
                    "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\nConnection: close\r\n\r\n"
                ),
                .interim, .send("ok"),
            ])
            #expect(heard.statuses == [100, 200])
        }
    }

    @Test("HEAD has the headers of an answer and no body, and methods of any kind reach the responder")
    func methods() async throws {
        try await TestGate.serving { gate in
            let head = try await gate.curl(["--head", "--include", gate.url + "/large"])
            #expect(head.text.contains("content-length: \(EchoResponder.large)") && head.text.hasSuffix("\r\n\r\n"))
            for method in ["DELETE", "PUT", "PATCH", "PROPFIND"] {
                #expect(try await gate.seen(["--request", method, gate.url + "/"]).method == method)
            }
            let empty = try await gate.curl(["--include", gate.url + "/nothing"])
            #expect(empty.text.hasPrefix("HTTP/1.1 204 No Content\r\n") && !empty.text.contains("content-length"))
        }
    }

    @Test("An answer of megabytes arrives whole", arguments: [TestGate.Way.tls, .proxy])
    func large(way: TestGate.Way) async throws {
        try await TestGate.serving { gate in
            let heard = try await gate.say(
                [.send("GET /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")], by: way)
            #expect(heard.text.hasSuffix("\r\n\r\n" + String(repeating: ".", count: EchoResponder.large)))
            #expect(!heard.wasReset)
        }
    }

    @Test("The server says length, date and caching itself, and no header can forge another")
    func headers() async throws {
        try await TestGate.serving { gate in
            let plain = try await gate.curl(["--include", gate.url + "/"]).text
            #expect(plain.contains("\r\ncache-control: no-store\r\n"))
            let date = try #require(plain.firstMatch(of: /\r\ndate: ([^\r]+)\r\n/)).1
            let judged = try await Programs.run([
                Programs.python, "-c",
                "import sys, email.utils as e; print(abs(e.parsedate_to_datetime(sys.argv[1]).timestamp() - __import__('time').time()) < 600)",
                String(date),
            ])
            #expect(judged.text == "True\n", "\(judged.errors)")
            let own = try await gate.curl(["--include", gate.url + "/headers"]).text
            #expect(own.contains("cache-control: max-age=60") && !own.contains("no-store"))
            #expect(own.contains("content-length: 5\r\n") && !own.contains("999"))
            #expect(!own.contains("forged") && own.contains("ETag: \"7\""))
        }
    }

    @Test("A client that has said all and sends no more is still answered", arguments: [TestGate.Way.proxy])
    func halfClosed(way: TestGate.Way) async throws {
        try await TestGate.serving { gate in
            let heard = try await gate.say([.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), .halfClose], by: way)
            #expect(heard.statuses == [200])
        }
    }

    @Test("Requests that are sent at once are answered in their order", arguments: TestGate.Way.allCases)
    func pipelined(way: TestGate.Way) async throws {
        try await TestGate.serving { gate in
            let requests = (1...5).map { "POST /\($0) HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n\($0)" }.joined()
            let heard = try await gate.say(
                [.send(requests), .answers(5), .send("GET /6 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")],
                by: way)
            #expect(heard.statuses == [200, 200, 200, 200, 200, 200])
            #expect(heard.text.matches(of: /"path":"\\\/(\d)"/).map { String($0.1) } == ["1", "2", "3", "4", "5", "6"])
        }
    }

    @Test("Thousands of requests at once cost no more than a few: the connection ends")
    func flood() async throws {
        try await TestGate.serving { gate in
            let heard = try await gate.say([.repeat("GET / HTTP/1.1\r\nHost: a\r\n\r\n", 2000)])
            #expect(heard.statuses.count < 2000 && heard.statuses.allSatisfy { $0 == 200 } && !heard.statuses.isEmpty)
        }
    }

    @Test("What a request that is refused says in the log is its code, and paths cannot forge lines")
    func log() async throws {
        try await TestGate.serving { gate in
            #expect(try await gate.status([gate.url + "/refused"]) == 403)
            _ = try await gate.say([.send("GET /\"},\\ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")])
            await gate.server.drain()
            let lines = gate.logged.all
            #expect(lines.count == 2 && lines.allSatisfy { $0.hasSuffix("}\n") })
            #expect(lines[0].contains("\"refusal\":\"revoked\"") && lines[0].contains("\"status\":403"))
            for line in lines {
                let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
                #expect(object?["microseconds"] is Int && object?["method"] as? String == "GET")
            }
        }
    }
}
