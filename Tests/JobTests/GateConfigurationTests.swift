import Foundation
import PKI
import RotationModel
import RotationTesting
import Testing

@testable import Issuing
@testable import Job

@Suite("`gate` in rotation.yaml")
struct GateConfigurationTests {
    private func load(_ gate: String, in folder: TemporaryFolder) throws -> GateConfiguration? {
        try WorkspaceConfiguration.load(path: folder.write("rotation.yaml", "version: 1\n\(gate)\n")).gate
    }

    @Test("Without it there is no gate; one that says nothing has the defaults")
    func defaults() throws {
        let folder = try TemporaryFolder()
        #expect(try load("", in: folder) == nil)
        let gate = try #require(try load("gate: {}", in: folder))
        #expect(gate == GateConfiguration())
        let limits = gate.limits
        #expect(limits.connections == 20_000)
        #expect([limits.handshake, limits.headers, limits.body, limits.idle].map(\.seconds) == [10, 10, 15, 30])
        #expect(limits.perDevice == GateConfiguration.Rate(10, per: .minutes(1)))
        #expect(limits.strangers == GateConfiguration.Rate(50, per: TimeSpan(seconds: 1)))
    }

    @Test("Everything is read, with paths seen from the file")
    func everything() throws {
        let folder = try TemporaryFolder()
        let root = folder.path
        let gate = try load(
            """
            gate:
              listen: ["0.0.0.0:8443", "[::]:8443"]
              certificates:
                - { certificate: gate/server.pem, key: { file: gate/server.key } }
                - { certificate: /etc/gate/rsa.pem, key: { file: rsa.key, passphrase: { credential: gate } } }
              accounts: { "A.iot.example.com": "111122223333", b.iot.example.com: 0123 }
              local: gate/local.sock
              proxy: /run/gate/proxy.sock
              limits: { connections: 5, handshake: 1s, headers: 2s, body: 3s, idle: 1m, perDevice: 7/h, strangers: 9/min }
            """, in: folder)
        var limits = GateConfiguration.Limits()
        limits.connections = 5
        (limits.handshake, limits.headers) = (TimeSpan(seconds: 1), TimeSpan(seconds: 2))
        (limits.body, limits.idle) = (TimeSpan(seconds: 3), .minutes(1))
        limits.perDevice = GateConfiguration.Rate(7, per: .hours(1))
        limits.strangers = GateConfiguration.Rate(9, per: .minutes(1))
        #expect(
            gate
                == GateConfiguration(
                    listen: [
                        GateConfiguration.ListenAddress(host: "0.0.0.0", port: 8443),
                        GateConfiguration.ListenAddress(host: "::", port: 8443),
                    ],
                    certificates: [
                        GateConfiguration.ServerFiles(
                            certificate: "\(root)/gate/server.pem",
                            key: KeyConfiguration(file: "\(root)/gate/server.key")),
                        GateConfiguration.ServerFiles(
                            certificate: "/etc/gate/rsa.pem",
                            key: KeyConfiguration(file: "\(root)/rsa.key", passphrase: .credential("gate"))),
                    ],
                    accounts: [
                        "a.iot.example.com": try AccountID("111122223333"), "b.iot.example.com": try AccountID("0123"),
                    ], local: "\(root)/gate/local.sock", proxy: "/run/gate/proxy.sock", limits: limits))
        #expect(gate?.listen.map(\.description) == ["0.0.0.0:8443", "[::]:8443"])
        #expect(gate?.certificateFiles.count == 4)
    }

    @Test(
        "A mistake is told at its place",
        arguments: [
            ("{ lisen: [] }", "2:9: error: unknown key `lisen` in `gate`; did you mean `listen`?"),
            ("8443", "2:7: error: `gate` must be a mapping of keys"),
            ("{ listen: [] }", "2:17: error: `listen` is an empty list; write an address such as 0.0.0.0:8443"),
            ("{ listen: \"0.0.0.0\", certificates: [] }", "2:17: error: `0.0.0.0` has no port"),
            ("{ listen: \"localhost:8443\" }", "2:17: error: `localhost:8443` is not an IP address and a port"),
            ("{ listen: \"::1:8443\" }", "2:17: error: `::1:8443` is not an IP address and a port; write an address"),
            ("{ listen: \"0.0.0.0:65536\" }", "2:17: error: `0.0.0.0:65536` has no port"),
            (
                "{ listen: \"0.0.0.0:8443\" }",
                "2:17: error: the gate listens for TLS and has no certificate; add `certif"
            ),
            (
                "{ listen: [\"0.0.0.0:1\", \"0.0.0.0:1\"] }",
                "2:31: error: `0.0.0.0:1` stands twice in `listen`; remove one"
            ),
            (
                "{ certificates: [{ certificate: a }] }",
                "2:24: error: the certificate has no `key`; add `key: { file: gat"
            ),
            (
                "{ certificates: [{ certificate: a, key: b }] }",
                "2:47: error: `key` must be a mapping; write { file: b }"
            ),
            (
                "{ certificates: [{ certificate: a, key: { pkcs11: \"pkcs11:token=a\" } }] }",
                "2:47: error: the server's key is in a token, which would sign every handshake; name a key file"
            ),
            (
                "{ accounts: { \"a b\": x } }",
                "2:21: error: `a b` is not a name that a device can ask for; write a host name"
            ),
            ("{ accounts: { a.b.: x } }", "2:21: error: `a.b.` is not a name that a device can ask for"),
            ("{ accounts: { a: x, A: y } }", "2:27: error: the server name `a` stands twice; remove one"),
            ("{ accounts: { a: \"\" } }", "2:24: error: `a` is empty"),
            ("{ local: a, proxy: ./a }", "2:26: error: `proxy` and `local` are one socket"),
            ("{ local: /\(String(repeating: "x", count: 107)) }", "2:16: error: the socket's path is 108 bytes long"),
            ("{ limits: { connections: 0 } }", "2:32: error: 0 is out of range"),
            ("{ limits: { handshake: 0s } }", "2:30: error: `handshake` is zero"),
            ("{ limits: { body: 2h } }", "2:25: error: `2h` is too long; at most 1h"),
            (
                "{ limits: { perDevice: 10 } }",
                "2:30: error: `10` is not a rate; write a number in a time, such as 10/min"
            ),
            ("{ limits: { strangers: 0/s } }", "2:30: error: `0/s` is not a rate"),
            ("{ limits: { strangers: 5/m } }", "2:30: error: `5/m` is not a rate"),
            ("{ limits: { requests: 5/s } }", "2:19: error: unknown key `requests` in `limits`"),
        ])
    func mistakes(gate: String, message: String) throws {
        let folder = try TemporaryFolder()
        do {
            _ = try load("gate: \(gate)", in: folder)
            Issue.record("nothing is wrong with \(gate)")
        } catch let error as ConfigurationError {
            #expect(error.failure.code == .configuration)
            let found = error.diagnostics.map { "\($0)" }
            #expect(found.contains { $0.contains(message) }, "\(found)")
        }
    }

    @Test("The certificate's files are read; what is wrong with them is told by name", arguments: [0o600, 0o644])
    func certificates(mode: Int) throws {
        let folder = try TemporaryFolder()
        let gate = try #require(
            try load("gate: { certificates: [{ certificate: s.pem, key: { file: s.key } }] }", in: folder))
        func failure() -> RotationError? {
            do throws(RotationError) {
                _ = try gate.serverContext(observer: SilentObserver())
                return nil
            } catch {
                return error
            }
        }
        #expect(failure()?.code == .configuration && failure()?.place == "\(folder.path)/s.pem")
        let key = try PrivateKey.generate(.ecdsaP256)
        let now = Timestamp(seconds: 1_796_083_200)
        let certificate = try SelfSigned.authority(
            subject: DistinguishedName([NameComponent(.commonName, "gate")]), key: key, notBefore: now,
            notAfter: now + .days(30), serial: SerialNumber(bytes: [1]))
        try folder.write("s.pem", certificate.pem)
        #expect(failure()?.code == .keyUnavailable)
        try folder.write("s.key", "x", mode: mode)
        #expect(failure()?.code == (mode == 0o600 ? .keyUnavailable : .permission))
    }
}
