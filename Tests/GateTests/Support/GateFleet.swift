import Basics
import Delivery
import Fleet
import Foundation
import Job
import PKI
import RotationModel
import RotationTesting
import Synchronization
import System

@testable import Gate

/// A workspace of its own with an authority that protects nothing, a fleet that is made device by device, and the gate's routes before it.
final class GateFleet {
    static let now = Timestamp(rfc3339: "2026-12-01T00:00:00Z")!

    let folder: TemporaryFolder
    let pki: ThrowawayPKI
    let workspace: Workspace
    let sink = Submissions()
    let sightings = Sightings()
    let troubles = Troubles()
    let router: GateRouter
    private(set) var keys: [String: PrivateKey] = [:]
    private(set) var certificates: [String: [Certificate]] = [:]
    private var rows: [String: (account: String, labels: [String: String], rows: [(status: String, pem: String)])] = [:]

    /// - Parameters:
    ///   - expired: What the policy does about expired certificates.
    ///   - authority: What the authority's mapping in `rotation.yaml` has besides.
    init(
        expired: String = "replace", rekey: String = "required", profileKeys: String = "[ecdsa-p256, rsa-2048+]",
        authority: String = "", accounts: [String: AccountID] = [:]
    ) throws {
        folder = try TemporaryFolder()
        pki = try ThrowawayPKI(now: GateFleet.now)
        try folder.write(
            "rotation.yaml",
            """
            version: 1
            authorities:
              - name: fleet-ca-1
                certificate: ca.pem
                key: { file: ca.key }
                \(authority)
            manifests: { key: { file: manifest.key }, validity: 30d }
            limits: { issue: 100000 }

            """)
        try folder.write("ca.pem", pki.authority.certificate.pem)
        try folder.write("ca.key", try pki.key.pem(), mode: 0o600)
        try folder.write("manifest.key", try PrivateKey.generate(.ecdsaP256).pem(), mode: 0o600)
        try folder.write("policies/policy.yaml", GateFleet.policy(expired: expired, rekey: rekey, keys: profileKeys))
        for name in ["inbox/csr", "inbox/ack", "inbox/rejected", "delivery", "reports"] {
            try Files.makeFolder(folder[name], mode: 0o750)
        }
        workspace = try Workspace(configuredBy: folder["rotation.yaml"])
        _ = try SQLFleet.create(sqlite: workspace.configuration.inventory.text, sha256: SHA256.digest)
        let workspace = workspace
        router = GateRouter(
            rules: try GateRules(of: workspace, accounts: accounts),
            inventory: LiveInventory { try workspace.openForDevices() },
            delivery: workspace.configuration.delivery, submissions: sink, sightings: sightings,
            retry: RetryAfter(generator: SeededGenerator(seed: 7)), trouble: troubles.note)
    }

    static func policy(expired: String = "replace", rekey: String = "required", keys: String) -> String {
        """
        version: 1
        policies:
          - name: sensors
            priority: 10
            match: {}
            expiry: { renewBefore: 30d, spread: 0d, confirmWithin: 10d, expired: \(expired) }
            issuance: { profile: client, rekey: \(rekey), requests: any }
        profiles:
          - name: client
            authority: fleet-ca-1
            signature: ECDSA-WITH-SHA256
            validity: 90d
            keys: \(keys)
            subject: "CN={device},O=Example Devices"
            keyUsage: [digitalSignature]
            extendedKeyUsage: [clientAuth]

        """
    }

    // MARK: Devices

    /// Gives a device a certificate, for the next ``load()``.
    @discardableResult
    func add(
        _ device: String, left: TimeSpan = .days(10), lifetime: TimeSpan = .days(90), status: String = "ACTIVE",
        key: PrivateKey? = nil, account: String = "111122223333"
    ) throws -> Certificate {
        let key = try key ?? PrivateKey.generate(.ecdsaP256)
        let certificate = try pki.certificate(
            device: "\(device) \(certificates[device]?.count ?? 0)", key: key.publicKey, lifetime: lifetime, left: left)
        keys[device] = key
        share(certificate, with: device, status: status, account: account)
        return certificate
    }

    /// Hands a device a certificate that stands in another's rows too.
    func share(
        _ certificate: Certificate, with device: String, status: String = "ACTIVE", account: String = "111122223333"
    ) {
        certificates[device, default: []].append(certificate)
        rows[device, default: (account, [:], [])].rows.append((status, certificate.pem))
    }

    /// The registry gives a device's certificates another status, for the next ``load()``.
    func change(_ device: String, to status: String) {
        let changed = (rows[device]?.rows ?? []).map { (status: status, pem: $0.pem) }
        rows[device]?.rows = changed
    }

    @discardableResult
    func load() throws -> GateFleet {
        var lines: [UInt8] = []
        for (device, head) in rows.sorted(by: { $0.key < $1.key }) {
            var json = JSONWriter()
            json.object { json in
                json.member("device", device)
                json.member("account", head.account)
                json.key("certificates")
                json.array { json in
                    for row in head.rows {
                        json.object { json in
                            json.member("status", row.status)
                            json.member("pem", row.pem)
                        }
                    }
                }
            }
            json.newline()
            lines += json.bytes
        }
        var rejected: [String] = []
        _ = try workspace.importFleet(
            from: try folder.write("fleet.ndjson", lines),
            options: ImportOptions(at: GateFleet.now - .days(1), actor: "test"),
            rejected: { rejected.append($0.description) }, progress: { _, _, _ in })
        guard rejected.isEmpty else { throw RotationError(.badInput, rejected.joined(separator: "; ")) }
        return self
    }

    func certificate(_ device: String) -> Certificate? { certificates[device]?.last }

    // MARK: The job

    /// A run, with what was submitted put into the inbox as the job would take it.
    func run(at: Timestamp = GateFleet.now) async throws {
        for handedIn in sink.takeAll() {
            let name = DeviceFileName.encode(handedIn.device)
            switch handedIn.kind {
            case .csr: try folder.write("inbox/csr/\(name).csr", handedIn.bytes)
            case .ack: try folder.write("inbox/ack/\(name).jws", handedIn.bytes)
            }
        }
        _ = try await JobRun(workspace, at: at, acceptsTime: true, actor: "test", clock: FixedClock(at)).perform()
    }

    /// The device's manifest, unverified.
    func manifest(_ device: String) throws -> (jws: [UInt8], json: [String: Any]) {
        let jws = try folder.read("delivery/\(DeliveryTree.manifestPath(of: DeviceID(checked: device)))")
        let payload = try UnverifiedJWS(reading: jws).payload
        return (jws, try JSONSerialization.jsonObject(with: Data(payload)) as? [String: Any] ?? [:])
    }

    /// The certificate that the device's manifest brings.
    func replacement(_ device: String) throws -> Certificate {
        try Certificate(reading: Array((try manifest(device).json["certificate"] as? String ?? "").utf8))
    }

    // MARK: Requests

    func ask(
        _ method: String, _ path: String, as certificate: Certificate? = nil, query: String? = nil,
        headers: [(String, String)] = [], body: [UInt8] = [], serverName: String? = nil,
        transport: Peer.Transport = .tls, at: Timestamp = GateFleet.now
    ) async -> GateResponse {
        await router.respond(
            to: GateRequest(
                method: method, path: path, query: query, headers: headers.map { (name: $0.0, value: $0.1) }, body: body
            ),
            from: Peer(
                transport: transport, certificate: certificate?.der, serverName: serverName, address: "192.0.2.1"),
            at: at)
    }

    func get(
        _ path: String, as certificate: Certificate? = nil, headers: [(String, String)] = [],
        at: Timestamp = GateFleet.now
    ) async -> GateResponse {
        await ask("GET", path, as: certificate, headers: headers, at: at)
    }

    func enroll(
        _ csr: [UInt8], as certificate: Certificate?, headers: [(String, String)] = [],
        path: String = "/.well-known/est/simplereenroll", at: Timestamp = GateFleet.now
    ) async -> GateResponse {
        await ask(
            "POST", path, as: certificate, headers: [("content-type", "application/pkcs10")] + headers, body: csr,
            at: at)
    }

    func authorise(_ question: String, at: Timestamp = GateFleet.now) async -> GateResponse {
        await ask("POST", "/authorise", body: Array(question.utf8), transport: .local, at: at)
    }

    static func csr(_ key: PrivateKey, _ name: String = "d1") throws -> [UInt8] {
        try CertificateRequestMaker.make(key: key, subject: ThrowawayPKI.name(name))
    }
}

// MARK: What stands in for the rest of the gate

/// Keeps what was handed in, or cannot.
final class Submissions: SubmissionSink {
    private let state = Mutex<(all: [HandedIn], failure: RotationError?)>(([], nil))

    func submit(_ handedIn: HandedIn) async throws(RotationError) {
        try state.withLock { state throws(RotationError) in
            if let failure = state.failure { throw failure }
            state.all.append(handedIn)
        }
    }

    var all: [HandedIn] { state.withLock { $0.all } }
    func takeAll() -> [HandedIn] {
        state.withLock { state in
            defer { state.all = [] }
            return state.all
        }
    }
    func fail(_ error: RotationError?) { state.withLock { $0.failure = error } }
}

final class Sightings: SightingSink {
    private let state = Mutex<[Sighting]>([])
    func saw(_ sighting: Sighting) async { state.withLock { $0.append(sighting) } }
    var all: [Sighting] { state.withLock { $0 } }
}

final class Troubles: Sendable {
    private let state = Mutex<[RotationError]>([])
    var note: @Sendable (RotationError) -> Void { { error in self.state.withLock { $0.append(error) } } }
    var all: [RotationError] { state.withLock { $0 } }
}

// MARK: What a client sees

extension GateResponse {
    func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }

    var text: String { String(decoding: body, as: UTF8.self) }

    var json: [String: Any] {
        (try? JSONSerialization.jsonObject(with: Data(body)) as? [String: Any]) ?? [:]
    }

    /// The problem's code, where it is one as RFC 9457 has it.
    var code: String? {
        guard header("content-type") == "application/problem+json", json["status"] as? Int == status,
            (json["detail"] as? String ?? "").count > 10
        else { return nil }
        return json["code"] as? String
    }

    var retryAfter: Int? { header("retry-after").flatMap { Int($0) } }
}

/// The Python of the virtual environment that `make setup-test` makes.
enum TestPython {
    static let path =
        ProcessInfo.processInfo.environment["TEST_PYTHON"]
        ?? URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path + "/.venv-test/bin/python3"
}
