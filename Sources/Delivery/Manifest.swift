import Basics
import PKI
import RotationModel

/// What a device is told: one document, bound to it by device, account and sequence (docs: interface of devices).
package struct Manifest: Sendable {
    /// What the device is to do.
    package enum Action: Sendable {
        /// Install the certificate that was issued for the key of its CSR.
        case install(Replacement)
        /// Make a key and hand in a CSR.
        case rekey(KeyRequest)
        /// Nothing.
        case none
    }

    /// The new certificate, and what it stands for.
    package struct Replacement: Sendable {
        /// The DER of the new certificate.
        package let certificate: [UInt8]
        /// The certificates above it, the issuing authority's first, as PEM.
        package let chain: [String]
        /// Why the device's last confirmation of it was not taken.
        package let refused: String?

        package init(certificate: [UInt8], chain: [String], refused: String? = nil) {
            self.certificate = certificate
            self.chain = chain
            self.refused = refused
        }
    }

    /// What kind of key is wanted, and what was wrong with the last CSR.
    package struct KeyRequest: Sendable {
        /// As profiles name them: `ecdsa-p256`, `rsa-2048+`.
        package let keys: [String]
        /// The subject that the certificate will have (RFC 4514). For information: nothing but the key is taken from a CSR.
        package let subject: String
        package let refused: String?

        package init(keys: [String], subject: String, refused: String?) {
            self.keys = keys
            self.subject = subject
            self.refused = refused
        }
    }

    package var device: DeviceID
    package var account: AccountID
    /// Only ever grows for a device.
    package var sequence: Int
    package var issued: Timestamp
    /// After this a device no longer believes the manifest: it bounds how long an old one can be shown to it.
    package var expires: Timestamp
    package var run: RunID
    package var action: Action
    package var reason: Reason
    /// The certificate that the rotation replaces.
    package var replaces: (fingerprint: Fingerprint, notAfter: Timestamp)?

    package init(
        device: DeviceID, account: AccountID, sequence: Int, issued: Timestamp, expires: Timestamp, run: RunID,
        action: Action, reason: Reason, replaces: (fingerprint: Fingerprint, notAfter: Timestamp)?
    ) {
        self.device = device
        self.account = account
        self.sequence = sequence
        self.issued = issued
        self.expires = expires
        self.run = run
        self.action = action
        self.reason = reason
        self.replaces = replaces
    }

    /// The JWS `typ` of a manifest.
    package static let type = "rotation-manifest"

    /// The payload, byte for byte the same for the same facts.
    package var payload: [UInt8] {
        var json = JSONWriter(reservingCapacity: 3072)
        json.object { json in
            json.member("version", 1)
            json.member("device", device.text)
            json.member("account", account.text)
            json.member("sequence", sequence)
            json.member("issued", issued.rfc3339)
            json.member("expires", expires.rfc3339)
            json.member("run", run.text)
            json.member("action", action.name)
            json.key("reason")
            json.object { json in
                json.member("code", reason.code.rawValue)
                json.member("text", reason.text)
            }
            append(action, to: &json)
            if let replaces {
                json.key("replaces")
                json.object { json in
                    json.member("fingerprint", replaces.fingerprint.hex)
                    json.member("notAfter", replaces.notAfter.rfc3339)
                }
            }
        }
        return json.bytes
    }

    private func append(_ action: Action, to json: inout JSONWriter) {
        switch action {
        case .install(let replacement):
            json.member(
                "certificate", String(decoding: PEM.encode("CERTIFICATE", replacement.certificate), as: UTF8.self))
            json.key("chain")
            json.array { json in replacement.chain.forEach { json.value($0) } }
            if let refused = replacement.refused {
                json.key("confirmation")
                json.object { json in json.member("refused", refused) }
            }
        case .rekey(let request):
            json.key("request")
            json.object { json in
                json.key("keys")
                json.array { json in request.keys.forEach { json.value($0) } }
                json.member("subject", request.subject)
                if let refused = request.refused { json.member("refused", refused) }
            }
        case .none:
            break
        }
    }
}

extension Manifest.Action {
    var name: String {
        switch self {
        case .install: "install"
        case .rekey: "rekey"
        case .none: "none"
        }
    }
}
