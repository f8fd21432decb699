import Lifecycle
import RotationModel

/// The current row of a statement, by column index from 0. It is valid until the statement steps on.
struct ResultRow {
    private let statement: any PreparedStatement

    init(_ statement: any PreparedStatement) { self.statement = statement }

    func isNull(_ column: CInt) -> Bool { statement.type(column) == .null }
    func integer(_ column: CInt) -> Int64 { statement.integer(column) }
    func time(_ column: CInt) -> Timestamp { Timestamp(seconds: integer(column)) }
    func optionalInteger(_ column: CInt) -> Int64? { isNull(column) ? nil : integer(column) }
    func optionalTime(_ column: CInt) -> Timestamp? { isNull(column) ? nil : time(column) }
    func optionalText(_ column: CInt) -> String? { isNull(column) ? nil : text(column) }

    /// As it is stored.
    func value(_ column: CInt) -> SQLValue {
        switch statement.type(column) {
        case .null: .null
        case .integer: .integer(integer(column))
        case .text: .text(text(column))
        case .blob, .other: .blob(bytes(column))
        }
    }

    func text(_ column: CInt) -> String { String(decoding: statement.bytes(column), as: UTF8.self) }

    func isInteger(_ column: CInt) -> Bool { statement.type(column) == .integer }

    /// Nil where the column holds no text, or none in UTF-8.
    func exactText(_ column: CInt) -> String? {
        guard statement.type(column) == .text else { return nil }
        return String(validating: statement.bytes(column), as: UTF8.self)
    }

    func withBytes<T>(_ column: CInt, _ body: (UnsafeRawBufferPointer) throws -> T) rethrows -> T {
        try body(statement.bytes(column))
    }

    func bytes(_ column: CInt) -> [UInt8] { withBytes(column) { Array($0) } }

    /// - Throws: ``RotationError/Code/inventory`` where the column does not hold 32 bytes.
    func digest(_ column: CInt) throws -> SHA256Digest {
        guard let digest = withBytes(column, { SHA256Digest(raw: $0) }) else {
            throw StorageFailure.unreadable("a digest that is not 32 bytes long")
        }
        return digest
    }

    func fingerprint(_ column: CInt) throws -> Fingerprint { Fingerprint(try digest(column)) }
    func keyFingerprint(_ column: CInt) throws -> KeyFingerprint { KeyFingerprint(try digest(column)) }
    func key(_ fingerprint: CInt, _ identity: CInt) throws -> KeyReference {
        KeyReference(identity: try keyIdentity(identity), fingerprint: try keyFingerprint(fingerprint))
    }
    func keyIdentity(_ column: CInt) throws -> KeyIdentity { KeyIdentity(try digest(column)) }

    func run(_ column: CInt) -> RunID { RunID(text(column)) }
    func optionalRun(_ column: CInt) -> RunID? { optionalText(column).map(RunID.init) }

    func certificate(_ column: CInt) -> Rotation.Certificate { RowID(integer(column)) }

    /// - Throws: ``RotationError/Code/inventory`` where the columns do not go together.
    func rotation(state: CInt, original: CInt, replacement: CInt) throws -> Rotation {
        try Rotation(
            state: try value(state), original: certificate(original),
            replacement: isNull(replacement) ? nil : certificate(replacement))
    }

    /// A reason's code and text, and a policy's name, file and line, in columns one after the other.
    func cause(from column: CInt) throws -> Cause {
        Cause(
            Reason(try value(column), text(column + 1)),
            PolicyReference(name: text(column + 2), file: text(column + 3), line: Int(integer(column + 4))))
    }

    /// A value of an enumeration that is stored by its raw text.
    ///
    /// - Throws: ``RotationError/Code/inventory`` where this version knows no such value.
    func value<T: RawRepresentable>(_ column: CInt, of type: T.Type = T.self) throws -> T where T.RawValue == String {
        let stored = text(column)
        guard let value = T(rawValue: stored) else {
            throw StorageFailure.unreadable("the \(type) \u{201C}\(stored)\u{201D}")
        }
        return value
    }
}
