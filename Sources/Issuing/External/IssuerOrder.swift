import Basics
import PKI
import Policy
import RotationModel

/// What an external issuer is asked for: one certificate, and for whom.
package struct IssuerOrder: Sendable {
    package let device: DeviceID
    let account: AccountID
    /// The rotation in the inventory, which a run that takes over from one that died goes on with.
    let rotation: Int64
    let replaces: Fingerprint
    /// In DER; empty where the key of the certificate that is replaced is certified again.
    let csr: [UInt8]
    /// The parts of the subject, as the profile's template has them.
    let subject: [NameComponent]
    let profile: IssuanceProfile
    let certificate: CertificateOrder

    package init(
        device: DeviceID, account: AccountID, rotation: Int64, replaces: Fingerprint, csr: [UInt8],
        subject: [NameComponent], profile: IssuanceProfile, certificate: CertificateOrder
    ) {
        self.device = device
        self.account = account
        self.rotation = rotation
        self.replaces = replaces
        self.csr = csr
        self.subject = subject
        self.profile = profile
        self.certificate = certificate
    }

    /// Names the request, and stays the same when a run that died is repeated: the same device, rotation, key, names and profile on
    /// the same day of validity. 32 hexadecimal digits.
    package var id: String {
        var json = JSONWriter()
        json.object { json in
            json.member("device", device.text)
            json.member("account", account.text)
            json.member("rotation", Int(rotation))
            json.member("replaces", replaces.hex)
            json.member("key", certificate.publicKey.fingerprint.hex)
            json.member("subject", Hex.encode(certificate.subject.der))
            json.key("sans")
            json.array { json in
                for name in certificate.subjectAlternativeNames { name.write(to: &json) }
            }
            writeProfile(&json)
            json.member("day", String(certificate.notBefore.rfc3339.prefix(10)))
            json.member("validity", Int(profile.validity.seconds))
        }
        return Hex.encode(SHA256.digest(json.bytes).bytes.prefix(16))
    }

    /// The request as the protocol has it, on one line.
    package func line(id: String) -> [UInt8] {
        var json = JSONWriter(reservingCapacity: 2048)
        json.object { json in
            json.member("version", 1)
            json.member("id", id)
            json.member("device", device.text)
            json.member("account", account.text)
            json.key("csr")
            if csr.isEmpty { json.null() } else { json.value(IssuerOrder.pem("CERTIFICATE REQUEST", csr)) }
            json.member("publicKey", IssuerOrder.pem("PUBLIC KEY", certificate.publicKey.der))
            writeSubject(&json)
            json.key("sans")
            json.array { json in
                for name in certificate.subjectAlternativeNames { name.write(to: &json) }
            }
            json.member("notBefore", certificate.notBefore.rfc3339)
            json.member("notAfter", certificate.notAfter.rfc3339)
            json.member("serial", certificate.serialNumber.hex)
            writeProfile(&json)
        }
        json.newline()
        return json.bytes
    }

    private func writeSubject(_ json: inout JSONWriter) {
        json.member("subject", certificate.subject.text)
        json.member("subjectDER", Base64.encode(certificate.subject.der))
        json.key("subjectAttributes")
        json.array { json in
            // In the order of the DER, which is the reverse of the text's (RFC 4514, 2.1).
            for component in subject.reversed() {
                json.object { json in
                    json.member("type", component.attribute.rawValue)
                    json.member("value", component.value)
                }
            }
        }
    }

    private func writeProfile(_ json: inout JSONWriter) {
        json.key("profile")
        json.object { json in
            json.member("name", profile.name)
            json.member("signature", profile.signature.description)
            if let hash = profile.hash { json.member("hash", hash.description) }
            json.key("keyUsage")
            json.array { json in for usage in profile.keyUsage { json.value(usage.rawValue) } }
            json.key("extendedKeyUsage")
            json.array { json in for usage in profile.extendedKeyUsage { json.value(usage.rawValue) } }
        }
    }

    private static func pem(_ label: String, _ der: [UInt8]) -> String {
        String(decoding: PEM.encode(label, der), as: UTF8.self)
    }
}

extension GeneralName {
    /// `{"dns": "…"}`
    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            switch self {
            case .dns(let name): json.member("dns", name)
            case .uri(let uri): json.member("uri", uri)
            case .email(let address): json.member("email", address)
            case .ip(let bytes): json.member("ip", GeneralName.text(ofAddress: bytes))
            }
        }
    }

    /// Dotted, or in full groups of four digits (RFC 4291, 2.2).
    private static func text(ofAddress bytes: [UInt8]) -> String {
        if bytes.count == 4 { return bytes.map(String.init).joined(separator: ".") }
        return stride(from: 0, to: bytes.count, by: 2).map { Hex.encode(bytes[$0..<min($0 + 2, bytes.count)]) }
            .joined(separator: ":")
    }
}
