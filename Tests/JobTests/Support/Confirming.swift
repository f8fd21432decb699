import Basics
import Delivery
import Fleet
import Foundation
import Lifecycle
import PKI
import RotationModel
import RotationTesting

/// What a device says when it confirms, each part of which a test can get wrong.
struct AcknowledgementText {
    var device: String
    var sequence: Int
    var fingerprint: String
    var time: String

    var payload: [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.member("device", device)
            json.member("sequence", sequence)
            json.member("fingerprint", fingerprint)
            json.member("time", time)
        }
        return json.bytes
    }
}

extension TestFleet {
    /// What the device would say of the certificate in its manifest.
    func acknowledgement(_ device: String, at: Timestamp) throws -> AcknowledgementText {
        let manifest = try manifest(device)
        return AcknowledgementText(
            device: device, sequence: manifest.sequence, fingerprint: try manifest.certificate.fingerprint.hex,
            time: at.rfc3339)
    }

    func confirmationName(_ device: String) -> String { DeviceFileName.encode(DeviceID(checked: device)) + ".jws" }

    func putConfirmation(_ file: String, _ bytes: [UInt8]) throws { try folder.write("inbox/ack/\(file)", bytes) }

    /// Hands in the device's confirmation as it should be.
    ///
    /// - Returns: the file's bytes.
    @discardableResult
    func confirm(_ device: String, _ key: PrivateKey, at: Timestamp = TestFleet.now) throws -> [UInt8] {
        let payload = try acknowledgement(device, at: at).payload
        let jws = try JWSSigner(key: key).sign(payload: payload, type: "rotation-ack")
        try putConfirmation(confirmationName(device), jws)
        return jws
    }

    var waitingConfirmations: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: folder["inbox/ack"]).sorted() }
    }

    /// A device's certificates as `STATUS`, the oldest first.
    func statuses(_ device: String) throws -> [String] {
        try story(device).listing.certificates.map(\.status.rawValue)
    }

    /// The states of a device's rotations, the oldest first.
    func rotations(_ device: String) throws -> [String] { try story(device).rotations.map(\.state.rawValue) }
}
