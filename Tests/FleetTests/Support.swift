import Basics
import Foundation
import RotationModel
import Testing

@testable import Fleet

/// A folder that is gone when its owner is.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("fleet-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { "\(path)/\(name)" }

    /// Writes a file, and the folders it is in, and gives its path.
    @discardableResult
    func write(_ bytes: some Sequence<UInt8>, to name: String) throws -> String {
        let path = file(name)
        try FileManager.default.createDirectory(
            atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try Data(Array(bytes)).write(to: URL(fileURLWithPath: path))
        return path
    }

    var contents: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
    }
}

/// Stands in for SHA-256: four rounds of FNV-1a, each from another start. Nothing here needs it to be strong.
let fakeSHA256: SHA256Function = { bytes in
    var digest: [UInt8] = []
    for round in UInt64(1)...4 {
        var hash = 14_695_981_039_346_656_037 &+ round &* 0x9E37_79B9_7F4A_7C15
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 1_099_511_628_211 }
        digest.append(contentsOf: withUnsafeBytes(of: hash.bigEndian, Array.init))
    }
    return SHA256Digest(digest) ?? .zero
}

/// A certificate for tests: a text takes the place of the DER, and PEM wraps it as it would wrap DER.
struct FakeCertificate {
    var name: String
    var notBefore: Int64 = 1_000_000
    var notAfter: Int64 = 9_000_000
    var key = ""
    var algorithm = "ecdsa-p256"
    var issuer = "CN=Test CA"
    var serial: [UInt8] = [1]

    /// The name of the key: the certificate's own unless another is given.
    var keyName: String { key.isEmpty ? name : key }
    var der: [UInt8] {
        Array("cert:\(name):\(notBefore):\(notAfter):\(keyName):\(algorithm):\(issuer):\(Hex.encode(serial))".utf8)
    }
    var pem: String {
        let base64 = Data(der).base64EncodedString(options: [.lineLength64Characters, .endLineWithLineFeed])
        return "-----BEGIN CERTIFICATE-----\n\(base64)\n-----END CERTIFICATE-----\n"
    }
    var fingerprint: Fingerprint { Fingerprint(fakeSHA256(der)) }
    var keyFingerprint: KeyFingerprint { FakeCertificate.keyFingerprint(keyName) }

    static func keyFingerprint(_ name: String) -> KeyFingerprint {
        KeyFingerprint(fakeSHA256(Array("key:\(name)".utf8)))
    }

    /// What the key is: names that differ in what follows a `~` alone are one key, written in several ways.
    var keyIdentity: KeyIdentity { FakeCertificate.keyIdentity(keyName) }

    static func keyIdentity(_ name: String) -> KeyIdentity {
        KeyIdentity(fakeSHA256(Array("identity:\(name.prefix { $0 != "~" })".utf8)))
    }

    static func key(_ name: String) -> KeyReference {
        KeyReference(identity: keyIdentity(name), fingerprint: keyFingerprint(name))
    }

    var columns: CertificateColumns {
        get throws { try readFake(der) }
    }
}

/// Reads what ``FakeCertificate`` writes, PEM or bare.
func readFake(_ bytes: [UInt8]) throws(RotationError) -> CertificateColumns {
    var text = String(decoding: bytes, as: UTF8.self)
    if text.hasPrefix("-----BEGIN") {
        let base64 = text.split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("-----") }.joined()
        text = String(decoding: Data(base64Encoded: base64) ?? Data(), as: UTF8.self)
    }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 8, parts[0] == "cert", let notBefore = Int64(parts[2]), let notAfter = Int64(parts[3]),
        let serial = Hex.decode(parts[7])
    else { throw RotationError(.badInput, "this is no certificate") }
    return CertificateColumns(
        fingerprint: Fingerprint(fakeSHA256(Array(text.utf8))), serialNumber: SerialNumber(bytes: serial),
        issuer: parts[6],
        subject: "CN=\(parts[1])", notBefore: Timestamp(seconds: notBefore), notAfter: Timestamp(seconds: notAfter),
        key: KeyAlgorithm(parts[5]), keyWeakness: parts[5] == "rsa-1024" ? "too short" : nil,
        keyFingerprint: FakeCertificate.keyFingerprint(parts[4]), keyIdentity: FakeCertificate.keyIdentity(parts[4]),
        signature: .ecdsaWithSHA256, isSignatureWeak: false,
        der: Array(text.utf8))
}

/// A reader of an import, from one that reads one certificate.
func reader(_ one: @escaping @Sendable ([UInt8]) throws(RotationError) -> CertificateColumns) -> CertificateReader {
    { texts in
        texts.map { text in
            do throws(RotationError) { return .success(try one(text)) } catch { return .failure(error) }
        }
    }
}

let fakeReader = reader(readFake)

/// For an inventory of before keys were known by what they are. A SubjectPublicKeyInfo is the key's name.
let fakeKeys = KeyReaders(certificate: readFake) { spki throws(RotationError) in
    FakeCertificate.keyIdentity(String(decoding: spki, as: UTF8.self))
}

/// A device of a test fleet.
struct FakeDevice {
    var id: String
    var account = "111122223333"
    var labels: [String: String] = [:]
    var certificates: [(status: String, certificate: FakeCertificate)]

    init(
        _ id: String, account: String = "111122223333", labels: [String: String] = [:],
        certificates: [(String, FakeCertificate)]? = nil
    ) {
        self.id = id
        self.account = account
        self.labels = labels
        self.certificates =
            certificates?.map { (status: $0.0, certificate: $0.1) } ?? [("ACTIVE", FakeCertificate(name: id))]
    }

    var ndjson: String {
        let certificates = self.certificates.map { ["status": $0.status, "pem": $0.certificate.pem] }
        let object: [String: Any] = ["device": id, "account": account, "labels": labels, "certificates": certificates]
        let data = (try? JSONSerialization.data(withJSONObject: object)) ?? Data()
        return String(decoding: data, as: UTF8.self) + "\n"
    }
}

/// An inventory in a folder of its own, and what tests do with it over and over.
struct Workspace {
    let folder: TemporaryFolder
    /// What the engine contract speaks to: every test that needs no more goes through the protocols alone.
    let inventory: any FleetStore
    /// The same, for tests that look at rows.
    let tables: SQLFleet
    static let now = Timestamp(seconds: 2_000_000)

    init(_ devices: [FakeDevice] = []) throws {
        folder = try TemporaryFolder()
        tables = try TestEngine.create(in: folder)
        inventory = tables
        if !devices.isEmpty { try importText(devices.map(\.ndjson).joined()) }
    }

    /// Imports a file's text and gives what was done and what was rejected.
    @discardableResult
    func importText(
        _ text: String, as format: ImportFormat = .ndjson, dryRun: Bool = false, strict: Bool = false,
        at: Timestamp = now
    ) throws -> (summary: ImportSummary, rejected: [RejectedRow]) {
        try importPath(
            folder.write(text.utf8, to: "input.\(format.rawValue)"), as: format, dryRun: dryRun, strict: strict, at: at)
    }

    @discardableResult
    func importPath(
        _ path: String, as format: ImportFormat?, dryRun: Bool = false, strict: Bool = false, at: Timestamp = now
    ) throws -> (summary: ImportSummary, rejected: [RejectedRow]) {
        var rejected: [RejectedRow] = []
        let summary = try inventory.importFleet(
            from: path, options: ImportOptions(format: format, dryRun: dryRun, strict: strict, at: at, actor: "tester"),
            reader: fakeReader, rejected: { rejected.append($0) }, progress: { _, _, _ in })
        return (summary, rejected)
    }

    func export(_ format: ExportFormat = .ndjson) throws -> String {
        var bytes: [UInt8] = []
        try inventory.exportFleet(format: format) { bytes.append(contentsOf: $0) }
        return String(decoding: bytes, as: UTF8.self)
    }

    var planningDevices: [PlanningDevice] {
        get throws {
            var devices: [PlanningDevice] = []
            try inventory.planningSnapshot { try $0.forEachDeviceWithActiveCertificate { devices.append($0) } }
            return devices
        }
    }

    func planningDevice(_ id: String) throws -> PlanningDevice {
        try #require(try planningDevices.first { $0.id.text == id })
    }

    /// All that the audit says was done, in order.
    func auditedActions(device: String? = nil) throws -> [String] {
        var actions: [String] = []
        try inventory.audit(device: device.map(DeviceID.init(checked:))) { actions.append($0.action) }
        return actions
    }

    func show(_ device: String) throws -> DeviceStory {
        try #require(try inventory.show(DeviceID(checked: device)))
    }

    @discardableResult
    func beginRun(_ id: RunID, at: Timestamp = now) throws -> RunID {
        try inventory.beginRun(RunRecord(id: id, startedAt: at, now: at, actor: "timer", host: "h", pid: 1))
        return id
    }
}

extension Result where Failure == any Error {
    /// The error of a throwing expression, as the kind that users see.
    static func failure(of body: () throws -> Success) -> RotationError? {
        do {
            _ = try body()
            return nil
        } catch {
            return error as? RotationError
        }
    }
}

func failure<T>(of body: () throws -> T) -> RotationError? { Result.failure(of: body) }

enum Base64 {
    static func decode(_ text: String) -> [UInt8]? { Data(base64Encoded: text).map { Array($0) } }
}

extension FleetStore {
    /// Carries out what imports brought as REVOKED, as a run does.
    ///
    /// - Returns: of each, whether the certificate was known before with another status.
    @discardableResult
    func carryOutAllImported() throws -> [Bool] {
        var found: [ImportedRevocation] = []
        try planningSnapshot { snapshot in
            let issuers = try snapshot.issuerNames().map(\.name)
            try snapshot.forEachImportedRevocation(issuers: issuers) { if $0.isPending { found.append($0) } }
        }
        guard !found.isEmpty else { return [] }
        try beginRun(
            RunRecord(
                id: "imported", startedAt: Workspace.now, now: Workspace.now, actor: "timer", host: "h", pid: 1))
        try carryOutImportedRevocations(found.map(\.certificate.row), run: "imported", at: Workspace.now)
        return found.map(\.isChange)
    }
}
