import RotationModel

/// The forms in which a fleet can be written.
package enum ExportFormat: String, CaseIterable, Sendable {
    case csv
    case ndjson
}

/// Gathers small pieces of output into larger ones.
struct ExportBuffer {
    private static let size = 1 << 16
    private var bytes: [UInt8] = []

    mutating func append(_ piece: [UInt8], _ write: ([UInt8]) throws -> Void) throws {
        bytes.append(contentsOf: piece)
        if bytes.count >= ExportBuffer.size { try flush(write) }
    }

    mutating func flush(_ write: ([UInt8]) throws -> Void) throws {
        if bytes.isEmpty { return }
        try write(bytes)
        bytes.removeAll(keepingCapacity: true)
    }
}
