import Foundation
import PKI
import RotationModel

/// A manifest as a device reads it: by another JSON reader than the job's writer, and believed only where everything about it
/// is right.
package struct SimulatedManifest: Sendable {
    /// Why a device does not believe a manifest.
    package enum Doubt: Error, Equatable {
        case signature
        case type(String?)
        case malformed
        case otherDevice(String)
        /// One with a greater sequence number was seen before.
        case backwards(Int, after: Int)
        case expired(Timestamp)
    }

    private struct Document: Decodable {
        struct Cause: Decodable { let code: String }
        struct Replaced: Decodable { let fingerprint: String }
        struct Request: Decodable {
            let keys: [String]
            let refused: String?
        }
        struct Confirmation: Decodable { let refused: String? }

        let version: Int
        let device: String
        let account: String
        let sequence: Int
        let issued: String
        let expires: String
        let action: String
        let reason: Cause
        let certificate: String?
        let chain: [String]?
        let replaces: Replaced?
        let request: Request?
        let confirmation: Confirmation?
    }

    package let sequence: Int
    package let expires: Timestamp
    /// `install`, `rekey` or `none`.
    package let action: String
    /// The reason's code.
    package let reason: String
    /// The certificate that an `install` brings.
    package let certificate: Certificate?
    /// The fingerprint of the certificate that is to be replaced, in hexadecimal.
    package let replaces: String?
    /// The keys that a `rekey` allows.
    package let keys: [String]
    /// Why the last CSR, or the last confirmation, was not taken.
    package let refused: String?

    /// - Parameters:
    ///   - jws: the file's bytes.
    ///   - lastSequence: the greatest sequence number that the device has seen.
    /// - Throws: ``Doubt``.
    package init(
        reading jws: [UInt8], signedBy key: PublicKeyInfo, for device: DeviceID, account: String, lastSequence: Int,
        at now: Timestamp
    ) throws(Doubt) {
        guard let verified = try? JWS.verify(jws, with: key, allowed: [.es256]) else { throw .signature }
        guard verified.type == "rotation-manifest" else { throw .type(verified.type) }
        guard let document = try? JSONDecoder().decode(Document.self, from: Data(verified.payload)),
            document.version == 1, let expires = Timestamp(rfc3339: document.expires)
        else { throw .malformed }
        guard document.device.utf8.elementsEqual(device.text.utf8), document.account == account else {
            throw .otherDevice(document.device)
        }
        guard document.sequence >= lastSequence else { throw .backwards(document.sequence, after: lastSequence) }
        guard now <= expires else { throw .expired(expires) }
        sequence = document.sequence
        self.expires = expires
        action = document.action
        reason = document.reason.code
        replaces = document.replaces?.fingerprint
        keys = document.request?.keys ?? []
        refused = document.request?.refused ?? document.confirmation?.refused
        do {
            certificate = try document.certificate.map { try Certificate(reading: Array($0.utf8)) }
        } catch { throw .malformed }
        guard ["install", "rekey", "none"].contains(action), (certificate != nil) == (action == "install") else {
            throw .malformed
        }
    }
}
