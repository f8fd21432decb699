import Basics
import Delivery
import Fleet
import Foundation
import PKI
import RotationModel
import RotationTesting
import System

@testable import Job
@testable import Planning

/// A workspace of its own with an authority that protects nothing, and a fleet that is made device by device.
final class TestFleet {
    static let now: Timestamp = "2026-12-01T00:00:00Z"

    let folder: TemporaryFolder
    let pki: ThrowawayPKI
    let manifestKey: PrivateKey
    let workspace: Workspace
    /// The keys of the devices' certificates.
    private(set) var keys: [String: PrivateKey] = [:]
    private var rows: [String: [(status: CertificateStatus, pem: String)]] = [:]
    private var heads: [String: (account: String, labels: [String: String])] = [:]

    /// - Parameters:
    ///   - authority: what the authority's mapping in `rotation.yaml` has besides name, certificate and key.
    ///   - keyPassphrase: what its key file is encrypted with.
    ///   - inMemory: for tests of very many runs.
    ///   - successor: whether there is another authority, `fleet-ca-2`.
    ///   - gate: whether devices hand in at a gate, too.
    init(
        policies: String = policyFile(), limits: String = "{ issue: 100000 }", manifestValidity: String = "30d",
        authority: String = "", keyPassphrase: String? = nil, successor: Bool = false,
        inMemory: Bool = false, gate: Bool = false
    ) throws {
        folder = try TemporaryFolder(inMemory: inMemory)
        pki = try ThrowawayPKI(now: TestFleet.now)
        manifestKey = try PrivateKey.generate(.ecdsaP256)
        try folder.write(
            "rotation.yaml",
            """
            version: 1
            \(TestFleet.registry())
            authorities:
              - name: fleet-ca-1
                certificate: ca.pem
                key: { file: ca.key\(keyPassphrase == nil ? "" : ", passphrase: { file: passphrase }") }
                \(authority)
            \(successor ? "  - { name: fleet-ca-2, certificate: ca-2.pem, key: { file: ca-2.key } }" : "")
            manifests: { key: { file: manifest.key }, validity: \(manifestValidity) }
            limits: \(limits)
            \(gate ? TestFleet.gate : "")

            """)
        try folder.write("ca.pem", pki.authority.certificate.pem)
        if successor {
            let next = try ThrowawayPKI(now: TestFleet.now, name: "fleet-ca-2", subject: "Example Fleet CA 2")
            try folder.write("ca-2.pem", next.authority.certificate.pem)
            try folder.write("ca-2.key", try next.key.pem(), mode: 0o600)
        }
        let secret = keyPassphrase.map { Passphrase(bytes: Array($0.utf8)) }
        try folder.write("ca.key", try pki.key.pem(passphrase: secret), mode: 0o600)
        if let keyPassphrase { try folder.write("passphrase", keyPassphrase + "\n", mode: 0o600) }
        try folder.write("manifest.key", try manifestKey.pem(), mode: 0o600)
        try folder.write("policies/policy.yaml", policies)
        for name in ["inbox/csr", "inbox/ack", "inbox/rejected", "delivery", "reports"] {
            try Files.makeFolder(folder[name], mode: 0o750)
        }
        if gate { try Files.makeFolder(folder["inbox/gate"], mode: 0o750) }
        workspace = try Workspace(configuredBy: folder["rotation.yaml"])
        _ = try workspace.configuration.inventory.create(sha256: SHA256.digest)
    }

    /// In a file of the workspace, or in a schema of its own where `ROTATION_TEST_POSTGRES` names a server (see `scripts/with-postgres`).
    private static func registry() -> String {
        guard let server = ProcessInfo.processInfo.environment["ROTATION_TEST_POSTGRES"] else { return "" }
        let schema = "test_" + UUID().uuidString.lowercased().replacing("-", with: "_")
        return "inventory: { postgres: \"\(server)\", schema: \(schema) }"
    }

    private static let gate =
        "gate: { listen: [\"127.0.0.1:8443\"], certificates: [{ certificate: ca.pem, key: { file: ca.key } }] }"

    func setPolicies(_ text: String) throws { try folder.write("policies/policy.yaml", text) }

    // MARK: Devices

    /// Gives a device a certificate, for the next ``load()``. A second call for it adds a second certificate.
    ///
    /// - Parameters:
    ///   - left: from now to its `notAfter`.
    ///   - key: nil makes one of the algorithm.
    @discardableResult
    func add(
        _ device: String, left: TimeSpan = .days(10), lifetime: TimeSpan = .days(90),
        status: CertificateStatus = .active, key: PrivateKey? = nil, algorithm: KeyAlgorithm = .ecdsaP256,
        labels: [String: String] = [:], account: String = "111122223333", from issuer: ThrowawayPKI? = nil,
        signature: SignatureAlgorithm? = nil
    ) throws -> Certificate {
        let key = try key ?? PrivateKey.generate(algorithm)
        let certificate = try (issuer ?? pki).certificate(
            device: "\(device) \(rows[device]?.count ?? 0)", key: key.publicKey, lifetime: lifetime, left: left,
            signature: signature)
        keys[device] = key
        rows[device, default: []].append((status, certificate.pem))
        if heads[device] == nil { heads[device] = (account, labels) }
        return certificate
    }

    /// Hands a device a certificate that stands in other rows too.
    func share(_ certificate: Certificate, with device: String, status: CertificateStatus = .active) {
        rows[device, default: []].append((status, certificate.pem))
        if heads[device] == nil { heads[device] = ("111122223333", [:]) }
    }

    /// Gives a device that was added to another account, for the next ``load()``.
    func move(_ device: String, to account: String) { heads[device]?.account = account }

    /// Gives a device that was added other labels, for the next ``load()``.
    func relabel(_ device: String, _ labels: [String: String]) { heads[device]?.labels = labels }

    /// The registry gives a device's certificates another status; imported with the next ``load()``.
    func change(_ device: String, to status: CertificateStatus) {
        rows[device] = rows[device]?.map { (status, $0.pem) }
    }

    /// Imports what was added so far.
    @discardableResult
    func load() throws -> TestFleet {
        var lines: [UInt8] = []
        for device in rows.keys.sorted() {
            var json = JSONWriter()
            json.object { json in
                json.member("device", device)
                json.member("account", heads[device]?.account ?? "")
                json.key("labels")
                json.object { json in
                    for (name, text) in (heads[device]?.labels ?? [:]).sorted(by: { $0.key < $1.key }) {
                        json.member(name, text)
                    }
                }
                json.key("certificates")
                json.array { json in
                    for row in rows[device] ?? [] {
                        json.object { json in
                            json.member("status", row.status.rawValue)
                            json.member("pem", row.pem)
                        }
                    }
                }
            }
            json.newline()
            lines += json.bytes
        }
        let path = try folder.write("fleet.ndjson", lines)
        var rejected: [String] = []
        _ = try workspace.importFleet(
            from: path, options: ImportOptions(at: TestFleet.now - .days(1), actor: "test"),
            rejected: { rejected.append($0.description) }, progress: { _, _, _ in })
        guard rejected.isEmpty else { throw RotationError(.badInput, rejected.joined(separator: "; ")) }
        return self
    }

    // MARK: The inbox

    /// Hands in a CSR as the device would, under the device's file name.
    ///
    /// - Returns: the key it is for.
    @discardableResult
    func handIn(_ device: String, key: PrivateKey? = nil, algorithm: KeyAlgorithm = .ecdsaP256) throws -> PrivateKey {
        let key = try key ?? PrivateKey.generate(algorithm)
        try put(requestName(device), try CertificateRequestMaker.makePEM(key: key, subject: ThrowawayPKI.name(device)))
        return key
    }

    /// Hands in a CSR that is signed by the device's present key.
    ///
    /// - Parameters:
    ///   - key: to be certified; nil makes one.
    ///   - signer: who signs; nil for the device's own key.
    ///   - payloadDevice: whose request the payload says it is; nil for the device's.
    @discardableResult
    func handInSigned(
        _ device: String, key: PrivateKey? = nil, by signer: PrivateKey? = nil, at: Timestamp = TestFleet.now,
        type: String = "rotation-request", payloadDevice: String? = nil
    ) throws -> PrivateKey {
        let key = try key ?? PrivateKey.generate(.ecdsaP256)
        guard let own = signer ?? keys[device] else { throw RotationError(.usage, "no key of \(device)") }
        var payload = JSONWriter()
        payload.object { json in
            json.member("device", payloadDevice ?? device)
            json.member("time", at.rfc3339)
        }
        let csr = try CertificateRequestMaker.make(key: key, subject: ThrowawayPKI.name(device))
        let text = String(decoding: payload.bytes, as: UTF8.self).dropLast() + ",\"csr\":\"\(Base64URL.encode(csr))\"}"
        try put(
            DeviceFileName.encode(DeviceID(checked: device)) + ".jws",
            JWSSigner(key: own).sign(payload: Array(text.utf8), type: type))
        return key
    }

    func put(_ file: String, _ bytes: [UInt8]) throws { try folder.write("inbox/csr/\(file)", bytes) }

    func requestName(_ device: String) -> String { DeviceFileName.encode(DeviceID(checked: device)) + ".csr" }

    var waitingFiles: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: folder["inbox/csr"]).sorted() }
    }

    // MARK: Planning and running

    func plan(at: Timestamp = TestFleet.now) async throws -> RotationPlan {
        try await planReadBothWays(at: at)
    }

    /// A run at a time that the test says, however far from the last one's it is; ``ClockTests`` has those that are refused.
    @discardableResult
    func run(at: Timestamp = TestFleet.now, limit: Int? = nil) async throws -> RunOutcome {
        try await JobRun(
            workspace, at: at, limit: limit, acceptsTime: true, actor: "test", clock: FixedClock(at)
        ).perform()
    }
}
