import Basics
import LocatedYAML
import PKI
import Policy
import RotationModel

/// Policy files, with what is told about them.
struct PolicyTarget: FuzzedReader {
    func read(_ bytes: [UInt8]) throws -> FuzzTarget.Outcome {
        let file = SourceFile(path: "policies/fuzzed.yaml", bytes: bytes)
        let loaded = PolicySet.load([file], authorities: nil, sha256: SHA256.digest)
        let lines = bytes.count { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") } + 1
        for diagnostic in loaded.diagnostics {
            try require(!diagnostic.message.isEmpty, "a mistake is told without a word")
            // YAML ends lines with U+0085, U+2028 and U+2029 too; none takes less than two bytes.
            try require(
                (1...lines + bytes.count / 2).contains(diagnostic.line) && diagnostic.column >= 1,
                "a mistake stands outside of the file: \(diagnostic.place)")
            _ = diagnostic.rendered(color: false)
        }
        let errors = loaded.diagnostics.contains { $0.severity == .error }
        try require((loaded.set == nil) == errors, "a file with mistakes is taken, or one without is not")
        _ = try JSONValue(parsing: DiagnosticDocument.json(loaded.diagnostics))
        return errors ? .refused : .accepted
    }
}
