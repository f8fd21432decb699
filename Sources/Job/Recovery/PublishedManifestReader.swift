import Basics
import Delivery
import Fleet
import Issuing
import PKI
import RotationModel

/// Reads manifests as they were published, and believes what is signed: by the key for manifests, and of a certificate by its authority.
struct PublishedManifestReader: Sendable {
    let key: PublicKeyInfo
    let authorities: AuthorityDirectory

    /// - Parameter device: whose it is by its name and place.
    /// - Throws: ``RotationError/Code/badInput`` where it is not to be believed.
    func read(_ bytes: [UInt8], of device: DeviceID) throws(RotationError) -> PublishedManifest {
        let payload: [UInt8]
        do {
            let verified = try UnverifiedJWS(reading: bytes).verify(with: key)
            guard verified.type == Manifest.type else {
                throw RotationError(.badInput, "what is signed is no manifest")
            }
            payload = verified.payload
        } catch {
            throw (error as? RotationError) ?? RotationError(.badInput, "\(error)")
        }
        guard case .object(let members) = try JSONValue(parsing: payload) else { throw Self.malformed("is no object") }
        guard members.text("device") == device.text else { throw Self.malformed("is another device's") }
        guard let sequence = members.integer("sequence"), sequence > 0 else { throw Self.malformed("has no sequence") }
        guard let issued = members.text("issued").flatMap(Timestamp.init(rfc3339:)),
            let expires = members.text("expires").flatMap(Timestamp.init(rfc3339:))
        else { throw Self.malformed("has no dates") }
        return PublishedManifest(
            device: device, sequence: sequence, issued: issued, expires: expires, reason: reason(members),
            replaces: members.object("replaces")?.text("fingerprint").flatMap(SHA256Digest.init(hex:)).map(
                Fingerprint.init), action: try action(members))
    }

    private func reason(_ members: [(name: String, value: JSONValue)]) -> Reason {
        let reason = members.object("reason")
        // A word of a later version is kept as what comes nearest: it says nothing that anything is decided by.
        return Reason(
            reason?.text("code").flatMap(ReasonCode.init(rawValue:)) ?? .expiring, reason?.text("text") ?? "")
    }

    private func action(
        _ members: [(name: String, value: JSONValue)]
    ) throws(RotationError) -> PublishedManifest.Action {
        switch members.text("action") {
        case "install": return try install(members)
        case "rekey":
            let request = members.object("request") ?? []
            return .rekey(
                keys: request.texts("keys"), subject: request.text("subject") ?? "", refused: request.text("refused"))
        case "none": return .none
        default: throw Self.malformed("has no action that is known")
        }
    }

    private func install(
        _ members: [(name: String, value: JSONValue)]
    ) throws(RotationError) -> PublishedManifest.Action {
        guard let pem = members.text("certificate") else { throw Self.malformed("has no certificate") }
        let certificate = try Certificate(reading: Array(pem.utf8))
        let authority = authorities.names.first { name in
            guard let entry = authorities[name], entry.certificate.subject == certificate.issuer else { return false }
            return (try? certificate.isSigned(by: entry.certificate.publicKey)) ?? false
        }
        guard let authority else { throw Self.malformed("has a certificate that no authority of rotation.yaml signed") }
        return .install(CertificateColumns(certificate), authority: authority)
    }

    private static func malformed(_ what: String) -> RotationError { RotationError(.badInput, "the manifest \(what)") }
}

extension [(name: String, value: JSONValue)] {
    fileprivate func text(_ name: String) -> String? { if case .string(let text)? = self[name] { text } else { nil } }

    fileprivate func integer(_ name: String) -> Int? {
        if case .number(let digits)? = self[name] { Int(digits) } else { nil }
    }

    fileprivate func object(_ name: String) -> [(name: String, value: JSONValue)]? {
        if case .object(let members)? = self[name] { members } else { nil }
    }

    fileprivate func texts(_ name: String) -> [String] {
        guard case .array(let values)? = self[name] else { return [] }
        return values.compactMap { if case .string(let text) = $0 { text } else { nil } }
    }
}
