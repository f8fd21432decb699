import Basics
import PKI
import RotationModel

/// What a device handed in at the gate: its bytes, and who the gate found it to be.
///
/// The device had proved in a TLS handshake that it holds the key of ``certificate``, and the gate had found that this certificate stands for
/// the device at that moment. Whether it does still is asked again when the submission is taken in.
package struct Submission: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        /// A certificate signing request (PKCS #10, RFC 2986), in DER or PEM.
        case csr
        /// A confirmation: the same compact JWS as in `inbox/ack`.
        case ack
    }

    /// How the certificate came to the gate.
    package enum Via: String, Sendable, CaseIterable {
        /// The gate shook hands with the device itself.
        case tls
        /// A proxy did, and handed the certificate over on the socket that only it may use.
        case proxy
    }

    package let kind: Kind
    package let device: DeviceID
    package let account: AccountID
    /// The certificate that authenticated.
    package let certificate: Fingerprint
    /// When it was handed in, by the gate's clock.
    package let at: Timestamp
    package let via: Via
    /// What was handed in; at most ``largest``.
    package let bytes: [UInt8]

    /// The most bytes of what is handed in.
    package static let largest = 16 * 1024

    /// The most bytes of a submission's file: base64 of the largest, and two names that are escaped throughout.
    static let largestFile = 40 * 1024

    package init(
        kind: Kind, device: DeviceID, account: AccountID, certificate: Fingerprint, at: Timestamp, via: Via,
        bytes: [UInt8]
    ) {
        (self.kind, self.device, self.account, self.certificate) = (kind, device, account, certificate)
        (self.at, self.via, self.bytes) = (at, via, bytes)
    }

    /// Equal where the same device handed the same in with the same certificate, whenever it did: what tells that somebody asked twice.
    var essence: SHA256Digest {
        var essence = Array("\(kind.rawValue)\n\(certificate.hex)\n\(device.text)\n\(account.text)\n".utf8)
        essence += bytes
        return SHA256.digest(essence)
    }
}

// MARK: - Its file

extension Submission {
    /// One line of JSON.
    package var json: [UInt8] {
        var json = JSONWriter(reservingCapacity: bytes.count * 4 / 3 + 512)
        json.object { json in
            json.member("version", 1)
            json.member("kind", kind.rawValue)
            json.member("device", device.text)
            json.member("account", account.text)
            json.member("certificate", certificate.hex)
            json.member("at", at.rfc3339)
            json.member("via", via.rawValue)
            json.member("bytes", Base64.encode(bytes))
        }
        json.newline()
        return json.bytes
    }

    private static let members: Set = ["version", "kind", "device", "account", "certificate", "at", "via", "bytes"]

    /// Reads a file of the spool.
    ///
    /// - Throws: ``RotationError/Code/badInput`` where it is anything but one object with the members of ``json`` and no others, or is of
    ///   another version, or more was handed in than ``largest``.
    package init(reading file: [UInt8]) throws(RotationError) {
        let json: FlatJSON
        do {
            json = try FlatJSON(reading: file, largest: Submission.largestFile)
        } catch {
            throw RotationError(.badInput, "it is no submission: \(error)")
        }
        if let other = json.names.first(where: { !Submission.members.contains($0) }) {
            throw RotationError(
                .badInput, "it is no submission: nobody knows a member \(Printable.text(other.prefix(40)))")
        }
        guard json.integer("version") == 1 else { throw Submission.wrong("version", "1") }
        let bytes = Base64.decode(try Submission.text("bytes", json, "base64"))
        guard let bytes, bytes.count <= Submission.largest else {
            throw Submission.wrong("bytes", "base64 of at most \(Submission.largest) bytes")
        }
        let at = Timestamp(rfc3339: try Submission.text("at", json, "a time"))
        let certificate = Fingerprint(hex: try Submission.text("certificate", json, "a fingerprint"))
        guard let at else { throw Submission.wrong("at", "RFC 3339, as in 2026-12-01T00:00:00Z") }
        guard let certificate else { throw Submission.wrong("certificate", "the 64 hexadecimal digits of a SHA-256") }
        self.init(
            kind: try Submission.choice("kind", json),
            device: try DeviceID(Submission.text("device", json, "a device")),
            account: try AccountID(Submission.text("account", json, "an account")), certificate: certificate, at: at,
            via: try Submission.choice("via", json), bytes: bytes)
    }

    private static func text(_ name: String, _ json: FlatJSON, _ like: String) throws(RotationError) -> String {
        guard let text = json.string(name) else { throw wrong(name, like) }
        return text
    }

    private static func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ name: String, _ json: FlatJSON
    ) throws(RotationError) -> Choice {
        let words = Choice.allCases.map(\.rawValue).joined(separator: " or ")
        guard let choice = Choice(rawValue: try text(name, json, words)) else { throw wrong(name, words) }
        return choice
    }

    private static func wrong(_ name: String, _ like: String) -> RotationError {
        RotationError(.badInput, "it is no submission: \(name) is not \(like)")
    }
}
