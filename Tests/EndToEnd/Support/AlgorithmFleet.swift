import Foundation
import Testing

/// One way to sign: an authority of `Tests/TestKeys`, and what a profile says of the signature.
struct SigningCase: Sendable, CustomTestStringConvertible {
    let authority: String
    let signature: String
    var hash: String?

    var testDescription: String { "\(authority) \(signature)\(hash.map { " \($0)" } ?? "")" }

    static let all: [SigningCase] = {
        let hashes = ["SHA-256", "SHA-384", "SHA-512"]
        let rsa = ["rsa-2048", "rsa-3072", "rsa-4096"].flatMap { key in
            [256, 384, 512].map { SigningCase(authority: key, signature: "SHA\($0)WITHRSA") }
                + hashes.map { SigningCase(authority: key, signature: "RSASSAPSS", hash: $0) }
        }
        let pss = hashes.map { SigningCase(authority: "rsa-pss", signature: "RSASSAPSS", hash: $0) }
        // Nothing says the hash: their keys do.
        let restricted = [256, 384, 512].map { SigningCase(authority: "rsa-pss-sha\($0)", signature: "RSASSAPSS") }
        let dsa = ["dsa-2048", "dsa-3072"].map { SigningCase(authority: $0, signature: "DSA_WITH_SHA256") }
        let ecdsa = ["ecdsa-p256", "ecdsa-p384", "ecdsa-p521"].flatMap { key in
            [256, 384, 512].map { SigningCase(authority: key, signature: "ECDSA-WITH-SHA\($0)") }
        }
        return rsa + pss + restricted + dsa + ecdsa
    }()

    static let authorities = Set(all.map(\.authority)).sorted()
}

/// A workspace with every authority of `Tests/TestKeys` and a device for every ``SigningCase``, after a run that issued all their
/// certificates, and revoked one certificate of each authority. Its clock is the system's: TLS goes by that.
struct AlgorithmFleet: Sendable {
    let workspace: Workspace
    /// What `policy check` and `run` said.
    let check: Output, run: Output

    /// Made once for all tests.
    static let shared = Task { try await AlgorithmFleet() }

    /// Devices of the cases; those of the revoked certificates come after them.
    static let devices = SigningCase.all.indices.map { "device-\($0)" }

    var root: String { Package.testKeys + "/root.pem" }

    func certificate(_ device: String) -> String { workspace.scratch + "/issued/\(device).pem" }
    func key(_ device: String) -> String { workspace.scratch + "/keys/\(device).key" }
    func authority(_ name: String) -> String { workspace.path + "/authorities/ca-\(name).pem" }
    func revocationList(_ authority: String) -> String { workspace.path + "/delivery/crl/\(authority).crl" }

    private init() async throws {
        workspace = try await Workspace()
        try workspace.write("policies/simple.yaml", AlgorithmFleet.policies)
        try workspace.write("rotation.yaml", AlgorithmFleet.configuration)
        try AlgorithmFleet.copyAuthorities(to: workspace.path + "/authorities")
        let made = try await Program.run(
            Program.testPython,
            ["-B", "-W", "ignore", Package.tools + "/algorithm_devices.py", Package.testKeys, workspace.scratch],
            input: JSONEncoder().encode(AlgorithmFleet.described))
        try #require(made.status == 0, made.story)
        try await workspace.job("inventory", "import", workspace.scratch + "/fleet.ndjson", expecting: 0)
        try workspace.handInAll()
        check = try await workspace.job("policy", "check", expecting: 0)
        run = try await workspace.job("run", expecting: 0)
        try await keepIssued()
        try await revoke()
    }

    private static func copyAuthorities(to folder: String) throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: Package.testKeys) where name.hasPrefix("ca-") {
            try FileManager.default.copyItem(atPath: Package.testKeys + "/" + name, toPath: folder + "/" + name)
            chmod(folder + "/" + name, name.hasSuffix(".key") ? 0o600 : 0o644)
        }
    }

    /// Writes what was issued into scratch/issued.
    private func keepIssued() async throws {
        let files = FileManager.default
        try files.createDirectory(atPath: workspace.scratch + "/issued", withIntermediateDirectories: true)
        for device in try ExportedDevice.all(await workspace.export()) {
            let issued = device.certificates.filter { $0.status == "PENDING_ACTIVATION" }
            try #require(issued.count == 1, "\(device.device) has \(issued.count) new certificates")
            try Data(issued[0].pem.utf8).write(to: URL(fileURLWithPath: certificate(device.device)))
        }
    }

    /// So that no CRL is empty.
    private func revoke() async throws {
        for authority in SigningCase.authorities {
            let der = try await DeviceAgent.program(
                ["openssl", "x509", "-outform", "DER", "-in", certificate("revoked-\(authority)")])
            try await workspace.job(
                "revoke", "--fingerprint", DeviceAgent.sha256(der.stdoutBytes), "--reason", "superseded", expecting: 0)
        }
        try await workspace.job("run", expecting: 0)
    }

    // MARK: What it is made of

    private struct Described: Encodable { let device: String, key: String, labels: [String: String] }

    /// Device keys of each kind, in turn. One device each has a key of Tests/TestKeys that takes long to make, or that `cryptography` cannot make.
    private static var described: [Described] {
        let made = ["ecdsa-p256", "rsa-2048", "ecdsa-p384", "ecdsa-p521"]
        let kept = [
            "device-0": "device-rsa-3072", "device-1": "device-rsa-4096", "device-3": "device-rsa-pss",
            "device-4": "device-rsa-pss-sha256",
        ]
        return devices.enumerated().map { number, name in
            Described(device: name, key: kept[name] ?? made[number % made.count], labels: ["algorithm": "\(number)"])
        }
            + SigningCase.authorities.map { name in
                let number = SigningCase.all.firstIndex { $0.authority == name } ?? 0
                return Described(device: "revoked-\(name)", key: "ecdsa-p256", labels: ["algorithm": "\(number)"])
            }
    }

    private static var policies: String {
        var (policies, profiles) = ("version: 1\npolicies:\n", "profiles:\n")
        for (number, of) in SigningCase.all.enumerated() {
            policies += """
                  - name: policy-\(number)
                    match: { labels: { algorithm: "\(number)" } }
                    issuance: { profile: profile-\(number), requests: any }

                """
            profiles += """
                  - name: profile-\(number)
                    authority: \(of.authority)
                    signature: \(of.signature)
                    \(of.hash.map { "hash: \($0)" } ?? "# the hash is the key's")
                    validity: 30d
                    keys: [ecdsa-p256, ecdsa-p384, ecdsa-p521, rsa-2048+]
                    subject: "CN={device},O=Example Devices"
                    subjectAlternativeNames: ["DNS:{device}.example.com", "URI:https://devices.example.com/{device}"]
                    extendedKeyUsage: [clientAuth, serverAuth]

                """
        }
        return policies + profiles
    }

    private static var configuration: String {
        let authorities = SigningCase.authorities.map { name in
            """
              - name: \(name)
                certificate: authorities/ca-\(name).pem
                key: { file: authorities/ca-\(name).key }
                crl: { url: "http://crl.example.com/\(name).crl", validity: 7d }

            """
        }
        return """
            version: 1
            inventory: { sqlite: fleet.sqlite }
            policies: policies
            inbox: inbox
            delivery: delivery
            reports: reports
            limits: { revoke: 100% }
            manifests: { key: { file: authorities/manifest.key }, validity: 30d }
            authorities:

            """ + authorities.joined()
    }
}
