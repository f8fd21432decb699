import Basics
import Foundation
import RotationTesting
import Testing

@testable import Gate

@Suite("What a proxy hands over")
struct ProxyTests {
    static func base64(_ identity: Identity) -> [UInt8] { Array(Base64.encode(identity.der).utf8) }

    /// As nginx writes `$ssl_client_escaped_cert`.
    static func escaped(_ identity: Identity) -> String {
        PercentEncoding.encode(String(decoding: identity.pem, as: UTF8.self))
    }

    /// nginx leaves the hyphens of the first line alone; another encoder may leave more.
    private static func forms(of identity: Identity) -> [String] {
        let text = String(decoding: identity.pem, as: UTF8.self)
        return [
            escaped(identity), String(decoding: base64(identity), as: UTF8.self),
            text.replacing("\n", with: "%0A").replacing(" ", with: "%20"),
        ]
    }

    private func request(_ headers: [String]) -> [Step] {
        [.send("GET /p HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" + headers.map { $0 + "\r\n" }.joined() + "\r\n")]
    }

    @Test("A certificate is read as nginx and as HAProxy write it, with name and address")
    func forms() async throws {
        let sensor = try Identity.sensor.get()
        try await TestGate.serving { gate in
            for form in ProxyTests.forms(of: sensor) {
                let seen = try await gate.seen([
                    "--unix-socket", gate.folder["proxy.sock"], "--header", "X-SSL-Client-Cert: \(form)", "--header",
                    "X-SSL-Server-Name: A.iot.example.com", "--header", "X-Forwarded-For: 203.0.113.9, 192.0.2.7",
                    "http://gate/p",
                ])
                #expect(seen.certificate == sensor.fingerprint, "\(form)")
                #expect((seen.transport, seen.serverName, seen.address) == ("proxy", "a.iot.example.com", "192.0.2.7"))
                #expect(!seen.headers.keys.contains { $0.hasPrefix("x-ssl") || $0 == "x-forwarded-for" })
            }
        }
    }

    @Test("A device that shows none is nobody, also behind one that showed one on the same connection")
    func nobody() async throws {
        let sensor = try Identity.sensor.get()
        try await TestGate.serving { gate in
            let first = "GET /1 HTTP/1.1\r\nHost: a\r\nx-ssl-client-cert: \(ProxyTests.escaped(sensor))\r\n\r\n"
            let second = "GET /2 HTTP/1.1\r\nHost: a\r\nx-ssl-client-cert: \r\nConnection: close\r\n\r\n"
            let heard = try await gate.say([.send(first), .answers(1), .send(second)])
            #expect(heard.statuses == [200, 200])
            #expect(heard.text.components(separatedBy: sensor.fingerprint).count == 2)
            #expect(gate.logged.all.count { $0.contains("\"certificate\"") } <= 1)
        }
    }

    @Test("A header that is there twice was not written by the proxy alone: refused, whatever it says")
    func forged() async throws {
        let sensor = try Identity.sensor.get()
        let certificate = ProxyTests.escaped(sensor)
        try await TestGate.serving { gate in
            for headers in [
                ["x-ssl-client-cert: \(certificate)", "X-SSL-Client-Cert: \(certificate)"],
                ["x-ssl-client-cert: ", "x-ssl-client-cert: \(certificate)"],
                ["x-ssl-server-name: a", "x-ssl-server-name: b"],
                ["x-forwarded-for: 192.0.2.1", "x-forwarded-for: 192.0.2.1"],
            ] {
                let heard = try await gate.say(request(headers))
                #expect((heard.statuses, heard.codes) == ([400], ["bad-request"]), "\(headers)")
            }
            #expect(gate.responder.count == 0)
        }
    }

    @Test("What cannot be read is refused, and is never nobody")
    func unreadable() async throws {
        let (sensor, other) = (try Identity.sensor.get(), try Identity.other.get())
        let two = ProxyTests.escaped(sensor) + ProxyTests.escaped(other)
        let tooMuch = Base64.encode([UInt8](repeating: 0x30, count: 9000))
        try await TestGate.serving { gate in
            for header in [
                "x-ssl-client-cert: x", "x-ssl-client-cert: MIIB", "x-ssl-client-cert: \(two)",
                "x-ssl-client-cert: -----BEGIN%20CERTIFICATE-----%0", "x-ssl-client-cert: \(tooMuch)",
                "x-ssl-server-name: a b", "x-ssl-server-name: a/..", "x-forwarded-for: nowhere", "x-forwarded-for: ,",
            ] {
                let heard = try await gate.say(request([header]))
                #expect((heard.statuses, heard.codes) == ([400], ["bad-request"]), "\(header)")
            }
            #expect(gate.responder.count == 0)
        }
    }

    @Test("Over TLS the same headers mean nothing, and reach no route")
    func overTLS() async throws {
        let (sensor, other) = (try Identity.sensor.get(), try Identity.other.get())
        let header = "x-ssl-client-cert: \(ProxyTests.escaped(other))"
        try await TestGate.serving { gate in
            let headers = [
                "--header", header, "--header", "x-ssl-server-name: b", "--header", "x-forwarded-for: 192.0.2.1",
            ]
            let seen = try await gate.seen(headers + [gate.url + "/"], as: sensor)
            #expect(seen.certificate == sensor.fingerprint && seen.address == "127.0.0.1")
            #expect(seen.serverName == nil && !seen.headers.keys.contains { $0.hasPrefix("x-") })
            #expect(try await gate.seen(headers + [gate.url + "/"]).certificate == nil)
            let local = ["--unix-socket", gate.folder["local.sock"]] + headers + ["http://gate/"]
            #expect(try await gate.seen(local).certificate == nil)
        }
    }
}
