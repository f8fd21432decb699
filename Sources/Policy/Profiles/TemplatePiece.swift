import RotationModel

/// A part of a template: text as it stands, or what is put in for a device.
enum TemplatePiece: Hashable, Sendable {
    case text(String)
    case device
    case account
    case label(String)

    static let placeholders = ["{device}", "{account}", "{label:NAME}"]

    /// What stands here for a device.
    func value(for facts: DeviceFacts) throws(RotationError) -> String {
        switch self {
        case .text(let text): return text
        case .device: return facts.device.text
        case .account: return facts.account.text
        case .label(let name):
            guard let value = facts.labels[name], !value.isEmpty else {
                throw RotationError(
                    .badInput, "the device has no label `\(name)`, which the profile's names need",
                    at: "device \(facts.device)",
                    advice: "give it the label, or do not use {label:\(name)} in the profile")
            }
            return value
        }
    }

    var isPlaceholder: Bool {
        if case .text = self { return false }
        return true
    }
}

/// What is wrong with a template, for the message that points at it.
struct TemplateMistake: Error, Equatable {
    let message: String
    let help: String

    init(_ message: String, help: String) {
        self.message = message
        self.help = help
    }
}

/// Reads one template, scalar by scalar.
struct TemplateScanner {
    private(set) var rest: Substring.UnicodeScalarView

    init(_ text: some StringProtocol) { rest = Substring(text).unicodeScalars }

    mutating func next() -> Unicode.Scalar? { rest.popFirst() }

    /// Reads a placeholder whose `{` was just read.
    mutating func placeholder() throws(TemplateMistake) -> TemplatePiece {
        guard let end = rest.firstIndex(of: "}") else {
            throw TemplateMistake(
                "a `{` is not closed", help: "placeholders are \(TemplatePiece.placeholders.joined(separator: ", "))")
        }
        let name = String(rest[..<end])
        rest = rest[rest.index(after: end)...]
        switch name {
        case "device": return .device
        case "account": return .account
        case _ where name.hasPrefix("label:") && name.count > 6: return .label(String(name.dropFirst(6)))
        default:
            throw TemplateMistake(
                "unknown placeholder `{\(name)}`",
                help: "placeholders are \(TemplatePiece.placeholders.joined(separator: ", "))")
        }
    }

    /// A template in which nothing but placeholders is special.
    static func pieces(of text: some StringProtocol) throws(TemplateMistake) -> [TemplatePiece] {
        var scanner = TemplateScanner(text)
        var pieces: [TemplatePiece] = []
        var literal = String.UnicodeScalarView()
        while let scalar = scanner.next() {
            if scalar == "{" {
                if !literal.isEmpty { pieces.append(.text(String(literal))) }
                literal = .init()
                pieces.append(try scanner.placeholder())
            } else if scalar == "}" {
                throw TemplateMistake("a `}` that closes nothing", help: "remove it")
            } else {
                literal.append(scalar)
            }
        }
        if !literal.isEmpty { pieces.append(.text(String(literal))) }
        return pieces
    }
}
