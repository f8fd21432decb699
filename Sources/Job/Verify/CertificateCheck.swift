import Fleet
import Issuing
import PKI
import RotationModel
import System

/// Every column of every certificate against the DER that it describes, and the signature of what this job issued.
struct CertificateCheck: VerificationCheck {
    let subject = "the certificates in the inventory"

    func look(at scene: VerificationScene, report: (Mismatch) throws -> Void) async throws {
        scene.observer.began(.verifyCertificates, total: try scene.inventory.storedCounts().certificates)
        defer { scene.observer.ended(.verifyCertificates) }
        var last: Int64 = 0
        while true {
            let page = try scene.inventory.storedCertificates(after: last, limit: VerificationScene.page)
            guard let end = page.last else { return }
            last = end.row
            let found = try await Parallel.map(page) { [authorities = scene.authorities] share in
                let comparison = CertificateComparison(authorities)
                return share.map(comparison.mismatches)
            }
            for mismatch in found.joined() { try report(mismatch) }
            scene.observer.advanced(.verifyCertificates, by: page.count)
        }
    }
}

/// Compares one certificate after the other with its columns. One a thread.
private struct CertificateComparison {
    private let authorities: AuthorityDirectory
    private let verifier: IssuerVerifier

    init(_ authorities: AuthorityDirectory) {
        (self.authorities, verifier) = (authorities, authorities.verifier)
    }

    func mismatches(_ stored: StoredCertificate) -> [Mismatch] {
        // Its absence is told by the facts' check.
        guard let der = stored.der else { return [] }
        let certificate: Certificate
        do {
            certificate = try Certificate(inField: der)
        } catch {
            return [mismatch("certificate-unreadable", stored, "its DER cannot be read: \(error.message)")]
        }
        let columns = CertificateColumns(certificate)
        let differences = stored.differences(from: columns).map { difference in
            mismatch(
                "certificate-column", stored,
                "\(difference.column) is \(CertificateComparison.shown(difference.stored)), and the certificate says \(CertificateComparison.shown(difference.actual))"
            )
        }
        return differences + signatureMismatch(stored, certificate)
    }

    /// Whether who is said to have signed it did. Whose authority is no longer in rotation.yaml cannot be told.
    private func signatureMismatch(_ stored: StoredCertificate, _ certificate: Certificate) -> [Mismatch] {
        let claim = stored.authority.map { _ in SignedBy.authority } ?? stored.signedBy.flatMap(SignedBy.init)
        guard let claim else { return [] }
        let actual = verifier.signer(of: certificate)
        let isWrong =
            switch claim {
            case .authority: actual == .forged
            case .itself: actual != .itself
            case .forged: actual == .authority
            case .foreign: false
            }
        guard isWrong else { return [] }
        return [
            mismatch(
                "certificate-signature", stored,
                "it is said to be signed by \(claim.rawValue), and its signature says \(actual.rawValue)")
        ]
    }

    private func mismatch(_ code: String, _ stored: StoredCertificate, _ what: String) -> Mismatch {
        Mismatch(
            code, at: "device \(stored.device), certificate row \(stored.row)", what, remedy: Mismatch.restoring)
    }

    private static func shown(_ text: String) -> String {
        text.isEmpty ? "empty" : text.utf8.count > 200 ? text.prefix(200) + "…" : text
    }
}

/// Every CSR that waits against the key that it is about.
struct RequestRecordCheck: VerificationCheck {
    let subject = "the CSRs in the inventory"

    func look(at scene: VerificationScene, report: (Mismatch) throws -> Void) async throws {
        var last: Int64 = -1
        while true {
            let page = try scene.inventory.storedRequests(after: last, limit: VerificationScene.page)
            guard let end = page.last else { return }
            last = end.deviceRow
            for stored in page {
                guard let wrong = RequestRecordCheck.fault(of: stored) else { continue }
                try report(
                    Mismatch(
                        "request-key", at: "device \(stored.device)", "of its CSR that waits, \(wrong)",
                        remedy: "have the device hand in its CSR again"))
            }
        }
    }

    private static func fault(of stored: StoredRequest) -> String? {
        let key: PublicKeyInfo
        do { key = try PublicKeyInfo(der: stored.spki) } catch { return "the key cannot be read: \(error.message)" }
        if key.fingerprint.digest.bytes != stored.keyFingerprint {
            return "the key's fingerprint is not that of the key"
        }
        if key.identity.digest.bytes != stored.keyIdentity { return "the key's identity is not that of the key" }
        return key.algorithm.description == stored.algorithm
            ? nil : "the algorithm is \(stored.algorithm), and the key says \(key.algorithm)"
    }
}
