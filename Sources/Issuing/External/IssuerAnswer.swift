import Basics
import RotationModel

/// One line of an issuer.
struct IssuerAnswer {
    enum Content {
        /// PEM; the chain is empty where none is given.
        case certificate(String, chain: [String])
        case refusal(IssuerRefusal)
    }

    let id: String
    let content: Content

    /// - Throws: ``RotationError/Code/badInput`` that says what is wrong with the line. Members that are not known are passed over.
    init(line: [UInt8]) throws(RotationError) {
        let members = try Members(JSONValue(parsing: line), "an answer")
        id = try members.string("id")
        guard let refusal = members["error"] else {
            let chain = try members["chain"].map { chain throws(RotationError) in try IssuerAnswer.chain(chain) } ?? []
            content = .certificate(try members.string("certificate"), chain: chain)
            return
        }
        guard members["certificate"] == nil else {
            throw RotationError(.badInput, "there is both a certificate and an error")
        }
        content = .refusal(try IssuerRefusal(Members(refusal, "the error")))
    }

    private static func chain(_ value: JSONValue) throws(RotationError) -> [String] {
        guard case .array(let elements) = value else {
            throw RotationError(.badInput, "`chain` is \(value.kind), not an array of PEM texts")
        }
        var texts: [String] = []
        for element in elements {
            guard case .string(let text) = element else {
                throw RotationError(.badInput, "`chain` holds \(element.kind), not a PEM text")
            }
            texts.append(text)
        }
        return texts
    }
}

/// Why an issuer does not issue one certificate.
struct IssuerRefusal: CustomStringConvertible {
    let code: String
    let message: String
    /// Whether asking again may help.
    let retry: Bool

    fileprivate init(_ members: Members) throws(RotationError) {
        code = try members.string("code")
        message = try members.string("message")
        switch members["retry"] {
        case .none: retry = false
        case .bool(let truth)?: retry = truth
        case .some(let other): throw RotationError(.badInput, "`retry` is \(other.kind), not true or false")
        }
    }

    /// Bounded: it goes into reports and the inventory.
    var description: String { Printable.text("\(code.prefix(64)): \(message.prefix(500))") }
}

/// The members of an object; one whose value is null is not there.
private struct Members {
    private let members: [(name: String, value: JSONValue)]

    init(_ value: JSONValue, _ what: String) throws(RotationError) {
        guard case .object(let members) = value else {
            throw RotationError(.badInput, "\(what) must be an object, and is \(value.kind)")
        }
        self.members = members
    }

    subscript(name: String) -> JSONValue? {
        guard let value = members[name] else { return nil }
        if case .null = value { return nil }
        return value
    }

    func string(_ name: String) throws(RotationError) -> String {
        switch self[name] {
        case .string(let text)?: return text
        case .some(let other): throw RotationError(.badInput, "`\(name)` is \(other.kind), not a text")
        case .none: throw RotationError(.badInput, "there is no `\(name)`")
        }
    }
}
