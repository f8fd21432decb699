import Basics
import RotationModel

/// A piece of HTML in which nothing that came from outside can be markup.
///
/// What stands in the literal is markup; whatever is interpolated is text and escaped, unless it is such a piece itself:
/// `"<td>\(device)</td>"` is safe whatever the device calls itself.
struct HTML: ExpressibleByStringInterpolation, Sendable {
    private(set) var markup: String

    init(stringLiteral literal: String) { markup = literal }
    init(stringInterpolation interpolation: StringInterpolation) { markup = interpolation.markup }

    /// Plain text in which commands stand between backticks.
    init(commandsIn text: String) {
        let parts = text.split(separator: "`", omittingEmptySubsequences: false)
        let pieces = parts.enumerated().map { place, part in
            place % 2 == 1 && place < parts.count - 1 ? "<code>\(String(part))</code>" as HTML : "\(String(part))"
        }
        self = "\(pieces)"
    }

    static func += (left: inout HTML, right: HTML) { left.markup += right.markup }

    var isEmpty: Bool { markup.isEmpty }
    var bytes: [UInt8] { Array(markup.utf8) }

    struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var markup = ""

        init(literalCapacity: Int, interpolationCount: Int) { markup.reserveCapacity(literalCapacity * 2) }

        mutating func appendLiteral(_ literal: String) { markup += literal }
        mutating func appendInterpolation(_ html: HTML) { markup += html.markup }
        mutating func appendInterpolation(_ text: String) { markup += HTML.escaped(text) }

        mutating func appendInterpolation(_ pieces: [HTML]) {
            for piece in pieces { markup += piece.markup }
        }

        /// A count, for people in groups of three digits and for programs in the element's `value`.
        mutating func appendInterpolation(_ count: Int) {
            markup += "<data value=\"\(count)\">\(HTML.grouped(count))</data>"
        }

        /// A number as an attribute has it.
        mutating func appendInterpolation(bare number: Int) { markup += String(number) }

        /// A point in time, to the minute for people and to the second for programs.
        mutating func appendInterpolation(_ time: Timestamp) {
            let text = time.rfc3339
            markup +=
                "<time datetime=\"\(text)\">\(text.prefix(10)) <span class=\"clock\">\(text.dropFirst(11).prefix(5))</span></time>"
        }

        /// A name from outside, whose direction of writing stays its own (`bdi`).
        mutating func appendInterpolation(name: String) { markup += "<bdi>\(HTML.escaped(name))</bdi>" }
    }

    /// As text between tags or in a quoted attribute. Control and direction-changing characters become visible.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in Printable.text(text).unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// `1,234,567`
    static func grouped(_ number: Int) -> String {
        let digits = String(number.magnitude)
        var result = ""
        for (place, digit) in digits.enumerated() {
            if place > 0 && (digits.count - place) % 3 == 0 { result += "," }
            result.append(digit)
        }
        return (number < 0 ? "-" : "") + result
    }
}

extension String.StringInterpolation {
    /// A piece of HTML belongs into HTML; as text it would be escaped a second time.
    @available(*, unavailable, message: "say `as HTML` of the literal around it")
    mutating func appendInterpolation(_ html: HTML) {}
}
