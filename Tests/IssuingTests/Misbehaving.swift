import Foundation
import LocatedYAML
import PKI
import Policy
import RotationModel
import RotationTesting
import Synchronization
import Testing

@testable import Issuing

/// An external issuer whose program has good answers to five orders, and gives them as it is told to.
final class Misbehaving {
    static let now: Timestamp = "2026-12-01T00:00:00Z"

    let folder: TemporaryFolder
    let pki: ThrowawayPKI
    let log = HeardObserver()
    let naps = Naps()
    private(set) var orders: [IssuerOrder] = []

    /// - Parameter changing: makes the certificate that is answered from the order; by default what was ordered.
    init(
        count: Int = 5, padding: Int = 0, changing: (CertificateOrder) -> CertificateOrder = { $0 },
        by other: ThrowawayPKI? = nil
    ) throws {
        folder = try TemporaryFolder()
        pki = try ThrowawayPKI(now: Misbehaving.now)
        try folder.write("authority.pem", pki.authority.certificate.pem)
        try folder.write("issuer.py", Misbehaving.script)
        let key = try PrivateKey.generate(.ecdsaP256).publicKey
        orders = try (0..<count).map { try Misbehaving.order("d\($0)", key: key, padding: padding) }
        let signer = try CertificateSigner(authority: (other ?? pki).authority, profile: template)
        for order in orders {
            try folder.write("\(order.id).pem", try signer.sign(changing(order.certificate)).pem)
        }
    }

    static func order(
        _ device: String, key: PublicKeyInfo, padding: Int = 0, rotation: Int64 = 1, at: Timestamp = now
    ) throws -> IssuerOrder {
        let profile = try #require(
            PolicySet.load(
                [SourceFile(path: "p.yaml", bytes: Array(policyFile.utf8))], authorities: nil, sha256: SHA256.digest
            ).set?.policies.first?.profile)
        let subject = [NameComponent(.commonName, device), NameComponent(.organization, "Example Devices")]
        return IssuerOrder(
            device: DeviceID(checked: device), account: AccountID(checked: "1"), rotation: rotation,
            replaces: Fingerprint(SHA256.digest([1])), csr: [UInt8](repeating: 0, count: padding), subject: subject,
            profile: profile,
            certificate: CertificateOrder(
                serialNumber: ThrowawayPKI.serial(device), subject: DistinguishedName(subject),
                subjectAlternativeNames: [], notBefore: at - .minutes(5), notAfter: at + .days(90), publicKey: key))
    }

    /// What the orders' profile says of every certificate.
    private var template: CertificateProfile {
        get throws {
            let profile = try #require(orders.first?.profile)
            return CertificateProfile(
                signature: profile.signature, keyUsage: profile.keyUsage, extendedKeyUsage: profile.extendedKeyUsage)
        }
    }

    func authority(
        _ mode: String, timeout: TimeSpan = .minutes(1), batch: Int = 100, tries: Int = 3
    ) throws -> ExternalIssuer {
        let issuer = IssuerConfiguration(
            program: Misbehaving.python, arguments: ["-B", folder["issuer.py"], mode, folder.path], timeout: timeout,
            batch: batch, tries: tries)
        let entry = AuthorityDirectory.Entry(
            configuration: AuthorityConfiguration(name: "outside", certificate: "", signing: .issuer(issuer)),
            certificate: pki.authority.certificate, chain: [])
        let naps = naps
        return try ExternalIssuer(
            entry, issuer: issuer, folder: folder.path, observer: log,
            backOff: BackOff(jitter: { 0.5 }, sleep: { naps.add($0) }))
    }

    /// Asks for all orders, and lets the program end.
    func ask(_ authority: ExternalIssuer) async throws -> ExternalIssuer.Issued {
        let check = try AnswerCheck(authority: pki.authority.certificate, chain: [], profile: template)
        let issued = try await authority.issue(orders, check: check)
        await authority.end()
        return issued
    }

    func ask(
        _ mode: String, timeout: TimeSpan = .minutes(1), batch: Int = 100, tries: Int = 3
    ) async throws -> ExternalIssuer.Issued {
        try await ask(authority(mode, timeout: timeout, batch: batch, tries: tries))
    }

    /// The ids that the program read, in order.
    var asked: [String] {
        get throws { String(decoding: try folder.read("asked"), as: UTF8.self).split(separator: "\n").map(String.init) }
    }

    /// Whether the process whose number stands in the marker goes: a signal that was sent may take a moment.
    func endsMarkedProcess() async throws -> Bool {
        let id = try #require(pid_t(String(decoding: try folder.read("marker"), as: UTF8.self)))
        for _ in 0..<100 {
            guard let stat = FileManager.default.contents(atPath: "/proc/\(id)/stat") else { return true }
            // One that nobody has waited for is dead all the same.
            if String(decoding: stat, as: UTF8.self).contains(") Z ") { return true }
            try await Task.sleep(for: .milliseconds(50))
        }
        return false
    }

    private static let python =
        FileManager.default.isExecutableFile(atPath: "/usr/bin/python3") ? "/usr/bin/python3" : "/usr/local/bin/python3"

    /// The package's folder.
    static let root = (0..<3).reduce(#filePath) { path, _ in (path as NSString).deletingLastPathComponent }

    private static let script: String = {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("misbehaving.py")
        return (try? String(contentsOf: file, encoding: .utf8)) ?? ""
    }()
}

extension ExternalIssuer.Issued {
    /// What became of each order: `issued`, `refused`, or `open`.
    var story: [String] {
        results.map { result in
            switch result {
            case .success?: "issued"
            case .failure?: "refused"
            case nil: "open"
            }
        }
    }
}

/// Keeps what it hears.
final class HeardObserver: RunObserver {
    private let heard = Mutex<[String]>([])
    var warnings: [String] { heard.withLock { $0 } }
    func began(_ stage: Stage, total: Int?) {}
    func advanced(_ stage: Stage, by count: Int) {}
    func ended(_ stage: Stage) {}
    func warn(_ text: String) { heard.withLock { $0.append(text) } }
}

/// How long was slept, without sleeping.
final class Naps: Sendable {
    private let naps = Mutex<[Duration]>([])
    var all: [Duration] { naps.withLock { $0 } }
    func add(_ nap: Duration) { naps.withLock { $0.append(nap) } }
}

/// The profile that orders are made under.
private let policyFile = """
    version: 1
    policies:
      - { name: sensors, match: {}, issuance: { profile: client } }
    profiles:
      - name: client
        authority: fleet-ca-1
        signature: ECDSA-WITH-SHA256
        validity: 90d
        keys: [ecdsa-p256, ecdsa-p384, rsa-2048+]
        subject: "CN={device},O=Example Devices"
        subjectAlternativeNames: ["URI:urn:device:{account}:{device}"]
        keyUsage: [digitalSignature, keyAgreement]
        extendedKeyUsage: [clientAuth, serverAuth]

    """
