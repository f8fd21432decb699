import Basics
import RotationModel

/// A claim to a certificate as the registry has it, column by column and unjudged: for who looks for damage.
package struct StoredCertificate: Sendable {
    package let row: Int64
    package let device: DeviceID
    package let fingerprint: [UInt8]
    package let serialNumber: [UInt8]
    package let issuer: String
    package let subject: String
    package let notBefore: Timestamp
    package let notAfter: Timestamp
    /// By the registry's names.
    package let key: String
    /// Why the key is known weak; empty where it is not.
    package let keyWeakness: String
    package let keyFingerprint: [UInt8]
    package let keyIdentity: [UInt8]
    package let signature: String
    package let isSignatureWeak: Bool
    /// Nil where nobody looked, and for what this job issued.
    package let signedBy: String?
    package let malformed: String?
    /// The authority that issued it for this job, by its name in rotation.yaml; nil for one that was imported.
    package let authority: String?
    /// Nil where the registry has lost it.
    package let der: [UInt8]?

    /// A column that does not say what the certificate says.
    package struct Difference: Sendable, Equatable {
        /// The column's name in the registry.
        package let column: String
        package let stored: String
        package let actual: String
    }

    /// Every column that is not what a reader of X.509 found in ``der``; who signed it is not looked at.
    package func differences(from actual: CertificateColumns) -> [Difference] {
        let hasMalformed = signedBy != nil || malformed != nil
        return [
            ("fingerprint", Hex.encode(fingerprint), actual.fingerprint.hex),
            ("serial", Hex.encode(serialNumber), Hex.encode(actual.serialNumber.bytes)),
            ("issuer", issuer, actual.issuer),
            ("subject", subject, actual.subject),
            ("not_before", notBefore.rfc3339, actual.notBefore.rfc3339),
            ("not_after", notAfter.rfc3339, actual.notAfter.rfc3339),
            ("key_kind", StoredCertificate.kind(key, keyWeakness), StoredCertificate.kind(actual)),
            ("key_fingerprint", Hex.encode(keyFingerprint), actual.keyFingerprint.hex),
            ("key_identity", Hex.encode(keyIdentity), Hex.encode(actual.keyIdentity.digest.bytes)),
            (
                "signature_kind", StoredCertificate.signature(signature, isWeak: isSignatureWeak),
                StoredCertificate.signature(actual.signature.description, isWeak: actual.isSignatureWeak)
            ),
            // Inventories from before the column did not look.
            ("malformed", hasMalformed ? malformed ?? "" : "", hasMalformed ? actual.malformed ?? "" : ""),
        ].filter { Array($0.1.utf8) != Array($0.2.utf8) }.map { Difference(column: $0.0, stored: $0.1, actual: $0.2) }
    }

    private static func kind(_ algorithm: String, _ weakness: String) -> String {
        weakness.isEmpty ? algorithm : "\(algorithm), weak: \(weakness)"
    }

    private static func kind(_ columns: CertificateColumns) -> String {
        kind(columns.key.description, columns.keyWeakness ?? "")
    }

    private static func signature(_ algorithm: String, isWeak: Bool) -> String {
        isWeak ? "\(algorithm), weak" : algorithm
    }
}

/// A CSR that waits, as the registry has it.
package struct StoredRequest: Sendable {
    package let deviceRow: Int64
    package let device: DeviceID
    /// The SubjectPublicKeyInfo.
    package let spki: [UInt8]
    package let keyFingerprint: [UInt8]
    package let keyIdentity: [UInt8]
    package let algorithm: String
}

/// A manifest's record, and whether it counts as published.
package struct StoredManifest: Sendable {
    package let row: Int64
    package let record: ManifestRecord
    package let isPublished: Bool
}
