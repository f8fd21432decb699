import LocatedYAML
import RotationModel
import Testing

/// Parses a text as a file of the name `test.yaml`.
func parse(_ text: String) -> YAMLDocument { parse(bytes: Array(text.utf8)) }

func parse(bytes: [UInt8]) -> YAMLDocument {
    YAMLDocument.parse(SourceFile(path: "test.yaml", bytes: bytes), example: "version: 1")
}

extension YAMLDocument {
    /// `line:column: message`, one for each.
    var told: [String] { log.diagnostics.map { "\($0.line):\($0.column): \($0.message)" } }
}
