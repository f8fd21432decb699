import Lifecycle
import RotationModel

/// A value for a statement's placeholder.
enum SQLValue {
    case null
    case integer(Int64)
    case text(String)
    case blob([UInt8])
    case digest(SHA256Digest)

    static let digestSize = 32

    /// How many bytes it takes beside the statement.
    var size: Int {
        switch self {
        case .null, .integer: 0
        case .text(let text): text.utf8.count
        case .blob(let bytes): bytes.count
        case .digest: SQLValue.digestSize
        }
    }

    static func row<Kind>(_ row: RowID<Kind>) -> SQLValue { .integer(row.number) }
    static func run(_ run: RunID?) -> SQLValue { optional(run?.text) }
    static func state(of rotation: Rotation) -> SQLValue { .text(rotation.state.rawValue) }
    static func time(_ time: Timestamp) -> SQLValue { .integer(time.seconds) }
    static func optional(_ time: Timestamp?) -> SQLValue { time.map(SQLValue.time) ?? .null }
    static func count(_ count: Int) -> SQLValue { .integer(Int64(count)) }
    static func optional(_ text: String?) -> SQLValue { text.map(SQLValue.text) ?? .null }
    static func optional(_ number: Int64?) -> SQLValue { number.map(SQLValue.integer) ?? .null }
}
