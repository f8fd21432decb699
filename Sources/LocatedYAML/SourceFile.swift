/// A configuration file as it was read: its bytes, and the name by which messages speak of it.
package struct SourceFile: Sendable {
    /// As shown to the user, `policies/sensors.yaml`.
    package let path: String
    package let bytes: [UInt8]

    /// The longest file that is parsed, 1 MiB. Whoever reads a file may stop after one byte more.
    package static let longest = 1 << 20

    package init(path: String, bytes: [UInt8]) {
        self.path = path
        self.bytes = bytes
    }
}

/// A point in a file's text: the line, from 1, and the column, from 1, counted in Unicode scalars as the parser counts.
package struct SourcePosition: Hashable, Comparable, Sendable {
    package let line: Int
    package let column: Int

    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    package static func < (left: SourcePosition, right: SourcePosition) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }

    package static let start = SourcePosition(line: 1, column: 1)
}
