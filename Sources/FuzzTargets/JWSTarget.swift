import Basics
import PKI
import RotationModel

/// Compact JSON Web Signatures (RFC 7515), and the JSON in them, as a value and as a flat object.
struct JWSTarget: FuzzedReader {
    /// Nobody knows its private half, so nothing that is made up verifies with it.
    private let key: PublicKeyInfo

    init() throws {
        key = try PrivateKey.generate(.ecdsaP256).publicKey
    }

    func read(_ bytes: [UInt8]) throws -> FuzzTarget.Outcome {
        try readJSON(bytes)
        let jws: UnverifiedJWS
        do {
            jws = try UnverifiedJWS(reading: bytes)
        } catch {
            return .refused
        }
        try readJSON(jws.payload)
        try require((try? jws.verify(with: key)) == nil, "a made-up signature verifies")
        return .accepted
    }

    /// JSON that is taken comes back the same from what the writer makes of it, and a flat object has what the value has.
    private func readJSON(_ bytes: [UInt8]) throws {
        let flat = try accepted { try FlatJSON(parsing: bytes) }
        guard let value = try accepted({ try JSONValue(parsing: bytes) }) else {
            return try require(flat == nil, "JSON is a flat object and yet no value")
        }
        var written = JSONWriter()
        JWSTarget.write(value, to: &written)
        let again = try accepted { try JSONValue(parsing: written.bytes) }
        try require(again.map { JWSTarget.isSame($0, value) } ?? false, "JSON is another once it was written")
        guard let flat, case .object(let members) = value else { return }
        for (name, value) in members {
            try require(flat.contains(name), "a member is not in the flat object")
            guard case .string(let text) = value else { continue }
            try require(
                flat.string(name).map { $0.utf8.elementsEqual(text.utf8) } ?? false,
                "a string differs in the flat object")
        }
    }

    private static func write(_ value: JSONValue, to json: inout JSONWriter) {
        switch value {
        case .null: json.null()
        case .bool(let truth): json.value(truth)
        case .number(let text): json.raw(text)
        case .string(let text): json.value(text)
        case .array(let elements): json.array { json in for element in elements { write(element, to: &json) } }
        case .object(let members):
            json.object { json in
                for (name, value) in members {
                    json.key(name)
                    write(value, to: &json)
                }
            }
        }
    }

    private static func isSame(_ left: JSONValue, _ right: JSONValue) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.number(let left), .number(let right)), (.string(let left), .string(let right)):
            left.utf8.elementsEqual(right.utf8)
        case (.array(let left), .array(let right)): left.count == right.count && zip(left, right).allSatisfy(isSame)
        case (.object(let left), .object(let right)):
            left.count == right.count
                && zip(left, right).allSatisfy {
                    $0.name.utf8.elementsEqual($1.name.utf8) && isSame($0.value, $1.value)
                }
        default: false
        }
    }
}
