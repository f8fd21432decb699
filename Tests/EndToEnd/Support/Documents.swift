import Foundation
import Testing

/// A plan or a run's report, as far as these tests read it.
struct PlanDocument: Decodable, Equatable {
    struct Count: Decodable, Equatable { let devices: Int, certificates: Int }
    struct Policies: Decodable, Equatable { let digest: String, files: Int }
    struct Why: Decodable, Equatable { let code: String, text: String }
    struct Line: Decodable, Equatable { let name: String, file: String, line: Int }
    struct Decision: Decodable, Equatable {
        let device: String, account: String, action: String
        let fingerprint: String?, notAfter: String?, result: String?
        let reason: Why
        let policy: Line?
    }

    let version: Int
    let at: String
    let policies: Policies
    let inventory: Count
    let summary: [String: Int]
    let decisions: [Decision]

    init(_ output: Output) throws { self = try JSONDecoder().decode(PlanDocument.self, from: output.stdoutBytes) }
    init(file: String) throws {
        self = try JSONDecoder().decode(PlanDocument.self, from: Data(contentsOf: URL(fileURLWithPath: file)))
    }

    func devices(_ action: String) -> [String] { decisions.filter { $0.action == action }.map(\.device).sorted() }
}

/// One row of a plan, by what decides about it.
struct PlanRow: Hashable, Comparable, Decodable, CustomStringConvertible {
    let device: String, fingerprint: String?, action: String, code: String, policy: String?

    init(_ decision: PlanDocument.Decision) {
        device = decision.device
        fingerprint = decision.fingerprint
        action = decision.action
        code = decision.reason.code
        policy = decision.policy?.name
    }

    var description: String { "\(device) \(fingerprint?.prefix(8) ?? "-") \(action) \(code) \(policy ?? "-")" }
    static func < (left: PlanRow, right: PlanRow) -> Bool { left.description < right.description }
}

/// A manifest's payload, read without checking its signature: a judge does that.
struct ManifestPayload: Decodable {
    struct Request: Decodable { let keys: [String], subject: String, refused: String? }
    let device: String, account: String, sequence: Int, action: String
    let certificate: String?
    let request: Request?

    init(compact: String) throws {
        let parts = compact.split(separator: ".", omittingEmptySubsequences: false)
        try #require(parts.count == 3, "not a compact JWS")
        var base64 = parts[1].replacingOccurrences(of: "-", with: "+").replacingOccurrences(of: "_", with: "/")
        while base64.count % 4 != 0 { base64 += "=" }
        self = try JSONDecoder().decode(ManifestPayload.self, from: #require(Data(base64Encoded: base64)))
    }
}

/// The file that stands beside a refused CSR.
struct RejectionReason: Decodable {
    struct Why: Decodable { let code: String, text: String }
    let file: String
    let device: String?
    let reason: Why
    let at: String
}

/// One device of an export.
struct ExportedDevice: Decodable {
    struct Certificate: Decodable { let status: String, pem: String }
    let device: String, account: String
    let certificates: [Certificate]

    static func all(_ ndjson: String) throws -> [ExportedDevice] {
        try ndjson.split(separator: "\n").map { try JSONDecoder().decode(ExportedDevice.self, from: Data($0.utf8)) }
    }

    func count(_ status: String) -> Int { certificates.filter { $0.status == status }.count }
}

/// Splits CSV by RFC 4180 into rows of fields.
func csvRows(_ text: String) -> [[String]] {
    var rows: [[String]] = [], row: [String] = [], field = "", quoted = false
    var rest = Substring(text.replacingOccurrences(of: "\r\n", with: "\n"))
    while let next = rest.popFirst() {
        switch (next, quoted) {
        case ("\"", true) where rest.first == "\"": field.append(rest.removeFirst())
        case ("\"", _): quoted.toggle()
        case (",", false):
            row.append(field)
            field = ""
        case ("\n", false):
            rows.append(row + [field])
            row = []
            field = ""
        default: field.append(next)
        }
    }
    return field.isEmpty && row.isEmpty ? rows : rows + [row + [field]]
}
