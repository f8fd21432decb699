import Delivery
import Fleet
import Foundation
import PKI
import RotationModel
import RotationTesting
import System

@testable import Job
@testable import Planning

/// What a test looks at after a run.
extension TestFleet {
    func inventory() throws -> any FleetStore { try workspace.openInventory(.readOnly) }

    func story(_ device: String) throws -> DeviceStory {
        guard let story = try inventory().show(DeviceID(checked: device)) else {
            throw RotationError(.badInput, "no device \(device)")
        }
        return story
    }

    /// A device's certificates of a status, the newest last.
    func certificates(_ device: String, _ status: CertificateStatus) throws -> [Certificate] {
        let fingerprints = Set(
            try story(device).listing.certificates.filter { $0.status == status }.map(\.fingerprint))
        var found: [Certificate] = []
        try inventory().exportFleet(format: .ndjson) { lines in
            for line in lines.split(separator: UInt8(ascii: "\n")) {
                let row = try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any]
                guard row?["device"] as? String == device else { continue }
                for certificate in row?["certificates"] as? [[String: Any]] ?? [] {
                    let pem = certificate["pem"] as? String ?? ""
                    found.append(try Certificate(reading: Array(pem.utf8)))
                }
            }
        }
        return found.filter { fingerprints.contains($0.fingerprint) }
    }

    /// A device's manifest as it lies in the delivery tree, verified.
    func manifest(_ device: String) throws -> ReadManifest {
        let bytes = try folder.read("delivery/\(DeliveryTree.manifestPath(of: DeviceID(checked: device)))")
        let verified = try JWS.verify(bytes, with: manifestKey.publicKey)
        return try ReadManifest(verified.payload)
    }

    func hasManifest(_ device: String) -> Bool {
        Files.exists(folder["delivery/\(DeliveryTree.manifestPath(of: DeviceID(checked: device)))"])
    }

    /// What stands in `NAME.reason.json`.
    func rejection(_ stem: String) throws -> (code: String, text: String, device: String?) {
        let bytes = try folder.read("inbox/rejected/\(stem).reason.json")
        let json = try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any]
        let reason = json?["reason"] as? [String: String]
        return (reason?["code"] ?? "", reason?["text"] ?? "", json?["device"] as? String)
    }

    /// The audit's actions about a device.
    func audit(_ device: String) throws -> [String] {
        var actions: [String] = []
        try inventory().audit(device: DeviceID(checked: device)) { actions.append($0.action) }
        return actions
    }
}

/// A manifest's payload, read by another JSON reader than the writer's.
struct ReadManifest {
    let json: [String: Any]

    init(_ payload: [UInt8]) throws {
        json = try JSONSerialization.jsonObject(with: Data(payload)) as? [String: Any] ?? [:]
    }

    var sequence: Int { json["sequence"] as? Int ?? -1 }
    var action: String { json["action"] as? String ?? "" }
    var expires: Timestamp? { (json["expires"] as? String).flatMap(Timestamp.init(rfc3339:)) }
    var reason: String { (json["reason"] as? [String: String])?["code"] ?? "" }
    var chain: [String] { json["chain"] as? [String] ?? [] }
    var refused: String? { (json["request"] as? [String: Any])?["refused"] as? String }
    var confirmationRefused: String? { (json["confirmation"] as? [String: Any])?["refused"] as? String }
    var requestKeys: [String] { (json["request"] as? [String: Any])?["keys"] as? [String] ?? [] }
    var requestSubject: String { (json["request"] as? [String: Any])?["subject"] as? String ?? "" }
    var replaces: String { (json["replaces"] as? [String: String])?["fingerprint"] ?? "" }

    var certificate: Certificate {
        get throws { try Certificate(reading: Array((json["certificate"] as? String ?? "").utf8)) }
    }
}

extension RotationPlan {
    /// Rows as `device action code`, in the plan's order.
    var lines: [String] { decisions.map { "\($0.device) \($0.action.name.rawValue) \($0.reason.code.rawValue)" } }

    func decision(_ device: String) -> Decision? { decisions.first { $0.device.text == device } }
}

extension RunOutcome {
    /// One a row.
    var results: [RowResult] { plan.rows.compactMap(\.result) }

    /// Rows as `device result`, in the plan's order.
    var lines: [String] {
        plan.rows.map { "\($0.decision.device) \($0.result?.status.rawValue ?? "-")" }
    }

    func result(_ device: String) -> RowResult? {
        plan.rows.first { $0.decision.device.text == device }?.result
    }
}
