import Delivery
import Fleet
import Foundation
import PKI
import RotationModel
import RotationTesting

@testable import Job

/// What a gate would write of what devices do there.
extension TestFleet {
    var spool: Spool {
        get throws { try Spool(root: folder["inbox/gate"], clock: FixedClock(TestFleet.now)) }
    }

    /// The device's newest certificate of a status.
    func fingerprint(_ device: String, _ status: CertificateStatus = .active) throws -> Fingerprint {
        guard let found = try story(device).listing.certificates.last(where: { $0.status == status }) else {
            throw RotationError(.usage, "no \(status.rawValue) certificate of \(device)")
        }
        return found.fingerprint
    }

    /// Hands something in at the gate.
    ///
    /// - Parameter certificate: nil for the device's newest ACTIVE one.
    /// - Returns: the submission's name.
    @discardableResult
    func submit(
        _ bytes: [UInt8], of device: String, kind: Submission.Kind = .csr, by certificate: Fingerprint? = nil,
        account: String = "111122223333", at: Timestamp = TestFleet.now
    ) async throws -> String {
        try await spool.submit(
            Submission(
                kind: kind, device: DeviceID(checked: device), account: AccountID(checked: account),
                certificate: try certificate ?? fingerprint(device), at: at, via: .tls, bytes: bytes))
    }

    /// Hands a CSR in at the gate, as the device would.
    ///
    /// - Returns: the key it is for.
    @discardableResult
    func submitRequest(
        _ device: String, key: PrivateKey? = nil, by certificate: Fingerprint? = nil, at: Timestamp = TestFleet.now
    ) async throws -> PrivateKey {
        let key = try key ?? PrivateKey.generate(.ecdsaP256)
        let csr = try CertificateRequestMaker.make(key: key, subject: ThrowawayPKI.name(device))
        try await submit(csr, of: device, by: certificate, at: at)
        return key
    }

    /// The names in the spool, without hidden ones.
    var waitingSubmissions: [String] {
        get throws { try names("inbox/gate/submissions") }
    }

    var waitingNotes: [String] {
        get throws { try names("inbox/gate/seen") }
    }

    private func names(_ path: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder[path]).filter { !$0.hasPrefix(".") }.sorted()
    }

    /// Notes that a device spoke to the gate.
    func see(_ device: String, by certificate: Fingerprint? = nil, at: Timestamp = TestFleet.now) async throws {
        try await spool.note(seen: [try certificate ?? fingerprint(device): at])
    }
}
