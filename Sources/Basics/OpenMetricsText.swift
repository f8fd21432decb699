/// Writes OpenMetrics text (openmetrics.io, 1.0): families with their metadata, and samples.
package struct OpenMetricsText {
    package static let contentType = "application/openmetrics-text; version=1.0.0; charset=utf-8"

    private var text = ""

    package init() {}

    /// - Parameters:
    ///   - unit: the last word of the family's name where the number has one: `seconds`, `bytes`.
    ///   - help: a sentence without a full stop.
    package mutating func begin(_ family: String, type: String, unit: String = "", help: String) {
        text += "# TYPE \(family) \(type)\n"
        if !unit.isEmpty { text += "# UNIT \(family) \(unit)\n" }
        text += "# HELP \(family) \(help)\n"
    }

    package mutating func sample(_ name: String, _ labels: [(name: String, value: String)], _ value: String) {
        let inside = labels.map { "\($0.name)=\"\(OpenMetricsText.escaped($0.value))\"" }.joined(separator: ",")
        text += inside.isEmpty ? "\(name) \(value)\n" : "\(name){\(inside)} \(value)\n"
    }

    package func ended() -> String { text + "# EOF\n" }

    /// Whole numbers without a point.
    package static func number(_ value: Double) -> String { Int64(exactly: value).map(String.init) ?? "\(value)" }

    private static func escaped(_ value: String) -> String {
        var escaped = ""
        for character in value.unicodeScalars {
            switch character {
            case "\\": escaped += "\\\\"
            case "\"": escaped += "\\\""
            case "\n": escaped += "\\n"
            default: escaped.unicodeScalars.append(character)
            }
        }
        return escaped
    }
}
