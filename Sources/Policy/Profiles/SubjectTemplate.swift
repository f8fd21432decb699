import Basics
import RotationModel

/// A subject as a profile writes it: RFC 4514 text with the placeholders `{device}`, `{account}` and `{label:NAME}`.
///
/// The text is taken apart before anything is put in, so what a device is called stays the value of one attribute: a
/// comma in a device id makes no new attribute.
package struct SubjectTemplate: Hashable, Sendable, CustomStringConvertible {
    struct Component: Hashable, Sendable {
        let attribute: NameAttribute
        let pieces: [TemplatePiece]

        /// Whether all that it says of a device stands in an alternative name.
        fileprivate func isSaid(by alternatives: [SANTemplate]) -> Bool {
            let said = Set(alternatives.flatMap(\.pieces))
            return pieces.allSatisfy { !$0.isPlaceholder || said.contains($0) }
        }
    }

    /// As it was written.
    package let description: String
    let components: [Component]

    init(_ text: String) throws(TemplateMistake) {
        description = text
        var components: [Component] = []
        for part in RFC4514.split(text, at: ",") { components.append(try SubjectTemplate.component(part)) }
        self.components = components
    }

    /// The components for a device.
    ///
    /// - Parameters:
    ///   - longNames: what becomes of values over RFC 5280's upper bounds.
    ///   - alternatives: the profile's alternative names: what stands in one of them may be left out here.
    func components(
        for facts: DeviceFacts, longNames: LongNames, alternatives: [SANTemplate]
    ) throws(RotationError) -> [NameComponent] {
        var result: [NameComponent] = []
        result.reserveCapacity(components.count)
        for component in components {
            var value = ""
            for piece in component.pieces { value += try piece.value(for: facts) }
            if longNames != .keep, let bound = SubjectTemplate.upperBound[component.attribute],
                value.unicodeScalars.count > bound
            {
                if longNames == .omit, component.isSaid(by: alternatives) { continue }
                throw SubjectTemplate.tooLong(component, value, bound, longNames, facts)
            }
            if let problem = SubjectTemplate.problem(with: value, in: component.attribute) {
                throw RotationError(
                    .badInput, "\(component.attribute.rawValue) of the subject \(problem)",
                    at: "device \(facts.device)",
                    advice: "change the profile's subject \(description)")
            }
            result.append(NameComponent(component.attribute, value))
        }
        return result
    }

    private static func tooLong(
        _ component: Component, _ value: String, _ bound: Int, _ longNames: LongNames, _ facts: DeviceFacts
    ) -> RotationError {
        RotationError(
            .badInput,
            "\(component.attribute.rawValue) of the subject would be \(value.unicodeScalars.count) characters long, and RFC 5280 allows \(bound)",
            at: "device \(facts.device)",
            advice: longNames == .refuse
                ? "the profile says `longNames: refuse`; with `omit` and the device in subjectAlternativeNames it is left out"
                : "name the device in subjectAlternativeNames, so that it can be left out, or write `longNames: keep`")
    }

    /// The longest value that an attribute gets from a device, in characters.
    package static let longestValue = 256

    // MARK: Reading

    private static func component(_ part: Substring) throws(TemplateMistake) -> Component {
        let part = RFC4514.trimmed(part)
        guard let equals = part.firstIndex(of: "=") else {
            throw TemplateMistake(
                part.isEmpty ? "an empty component in the subject" : "the component `\(part)` has no `=`",
                help: "a subject is written like CN={device},O=Example Devices")
        }
        let type = RFC4514.trimmed(part[..<equals])
        let attribute = NameAttribute.allCases.first { $0.rawValue.lowercased() == type.lowercased() }
        guard let attribute else {
            throw TemplateMistake(
                "unknown attribute `\(type)`",
                help: "one of: \(NameAttribute.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        let pieces = try pieces(ofValue: RFC4514.trimmed(part[part.index(after: equals)...]))
        if pieces.isEmpty {
            throw TemplateMistake("\(attribute.rawValue) has no value", help: "give it one, or remove it")
        }
        try checkLiteral(pieces, of: attribute)
        return Component(attribute: attribute, pieces: pieces)
    }

    /// A value with its escapes resolved (RFC 4514, 2.4): a backslash before a special character, or two hexadecimal
    /// digits that are one byte of UTF-8.
    private static func pieces(ofValue text: Substring) throws(TemplateMistake) -> [TemplatePiece] {
        var scanner = TemplateScanner(text)
        var pieces: [TemplatePiece] = []
        var literal: [UInt8] = []
        func endLiteral() throws(TemplateMistake) {
            guard !literal.isEmpty else { return }
            guard let text = String(validating: literal, as: UTF8.self) else {
                throw TemplateMistake(
                    "the escaped bytes are not UTF-8", help: "\\XX is one byte of the character's UTF-8")
            }
            pieces.append(.text(text))
            literal = []
        }
        while let scalar = scanner.next() {
            switch scalar {
            case "{":
                try endLiteral()
                pieces.append(try scanner.placeholder())
            case "\\":
                literal += try escaped(&scanner)
            case "\"", "+", ";", "<", ">", "}":
                throw TemplateMistake(
                    "an unescaped `\(scalar)` in the value `\(text)`",
                    help: scalar == "}"
                        ? "write \\7D"
                        : "write \\\(scalar)"
                            + (scalar == "+" ? "; names with several attributes in one component are not made" : ""))
            case "#" where pieces.isEmpty && literal.isEmpty:
                throw TemplateMistake("a value that starts with #", help: "write \\#")
            default:
                literal += Array(String(scalar).utf8)
            }
        }
        try endLiteral()
        return pieces
    }

    private static func escaped(_ scanner: inout TemplateScanner) throws(TemplateMistake) -> [UInt8] {
        guard let first = scanner.next() else {
            throw TemplateMistake("a backslash at the end", help: "write \\\\ for a backslash")
        }
        if "\\\"+,;<> #={}".unicodeScalars.contains(first) { return Array(String(first).utf8) }
        if let second = scanner.next(), let byte = Hex.decode(String(first) + String(second)) { return byte }
        throw TemplateMistake(
            "a backslash before `\(first)`",
            help: "it stands before , + \" \\ < > ; = # or a space, or two hexadecimal digits")
    }

    // MARK: Rules for values

    private static func checkLiteral(_ pieces: [TemplatePiece], of attribute: NameAttribute) throws(TemplateMistake) {
        var literal = ""
        for case .text(let text) in pieces { literal += text }
        if let longest = upperBound[attribute], literal.count > longest {
            throw TemplateMistake(
                "\(attribute.rawValue) is \(literal.count) characters long", help: "RFC 5280 allows \(longest)")
        }
        guard !pieces.contains(where: \.isPlaceholder), let problem = problem(with: literal, in: attribute) else {
            return
        }
        throw TemplateMistake("\(attribute.rawValue) \(problem)", help: "change the value")
    }

    /// RFC 5280, appendix A.1.
    private static let upperBound: [NameAttribute: Int] = [
        .commonName: 64, .organization: 64, .organizationalUnit: 64, .country: 2, .stateOrProvince: 128,
        .locality: 128, .street: 128, .domainComponent: 63, .userID: 256, .serialNumber: 64,
    ]

    /// What keeps a value from standing in an attribute, as the rest of a sentence; nil where nothing does.
    private static func problem(with value: String, in attribute: NameAttribute) -> String? {
        if value.isEmpty { return "would be empty" }
        if value.count > longestValue { return "would be \(value.count) characters long; \(longestValue) are allowed" }
        if value.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) {
            return "would hold a control character"
        }
        switch attribute {
        case .country where value.utf8.count != 2 || !value.utf8.allSatisfy(HostName.isLetter):
            return "would be `\(value)`, which is not a country's two letters"
        case .domainComponent where !HostName.isLabel(value):
            return "would be `\(value)`, which is not one label of a domain name"
        default: return nil
        }
    }
}
