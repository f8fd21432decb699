import Basics
import Fleet
import RotationModel

extension JSONWriter {
    /// A certificate of the inventory, as lists and stories show it.
    mutating func append(_ certificate: ListedCertificate) {
        object { json in
            json.member("fingerprint", certificate.fingerprint.hex)
            json.member("status", certificate.status.rawValue)
            json.member("serialNumber", certificate.serialNumber.hex)
            json.member("issuer", certificate.issuer)
            json.member("subject", certificate.subject)
            json.member("notBefore", certificate.notBefore.rfc3339)
            json.member("notAfter", certificate.notAfter.rfc3339)
            json.member("key", certificate.key.description)
            if let weakness = certificate.keyWeakness { json.member("keyWeakness", weakness) }
            json.member("keyFingerprint", certificate.keyFingerprint.hex)
            json.member("signature", certificate.signature.description)
            if let authority = certificate.authority { json.member("authority", authority) }
            json.member(
                "signedBy",
                certificate.signedBy?.rawValue
                    ?? (certificate.authority == nil ? "unverified" : SignedBy.authority.rawValue))
            if let problem = certificate.malformed { json.member("malformed", problem) }
            json.member("statusSince", certificate.statusAt.rfc3339)
        }
    }

    /// A device with its labels and certificates.
    mutating func appendMembers(of device: DeviceListing) {
        member("device", device.device.text)
        member("account", device.account.text)
        key("labels")
        object { json in
            for (name, text) in device.labels.sorted { json.member(name, text) }
        }
        key("certificates")
        array { json in
            for certificate in device.certificates { json.append(certificate) }
        }
    }
}
