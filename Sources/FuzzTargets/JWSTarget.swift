import PKI
import RotationModel

/// Compact JSON Web Signatures (RFC 7515), and the JSON in them by both of the parsers.
struct JWSTarget: FuzzedReader {
    /// Nobody knows its private half, so nothing that is made up verifies with it.
    private let key: PublicKeyInfo

    init() throws {
        key = try PrivateKey.generate(.ecdsaP256).publicKey
    }

    func read(_ bytes: [UInt8]) throws -> FuzzTarget.Outcome {
        try compareParsers(bytes)
        let jws: UnverifiedJWS
        do {
            jws = try UnverifiedJWS(reading: bytes)
        } catch {
            return .refused
        }
        try compareParsers(jws.payload)
        try require((try? jws.verify(with: key)) == nil, "a made-up signature verifies")
        return .accepted
    }

    /// What the parser of strangers' payloads takes, the parser of whole documents takes as well, as the same object.
    private func compareParsers(_ bytes: [UInt8]) throws {
        guard let flat = try accepted({ try FlatJSON(reading: bytes) }) else { return }
        guard case .object(let members)? = try accepted({ try JSONValue(parsing: bytes) }) else {
            throw FuzzTarget.Fault("one JSON parser takes an object that the other refuses")
        }
        for (name, value) in members {
            try require(flat.contains(name), "a member is there for one JSON parser alone")
            guard case .string(let text) = value else { continue }
            try require(
                flat.string(name).map { $0.utf8.elementsEqual(text.utf8) } ?? false,
                "a string differs between two JSON parsers")
        }
    }
}
