/// A JSON text (RFC 8259) as a value. Members keep their order, and stand once each.
package enum JSONValue: Sendable {
    case null
    case bool(Bool)
    /// As it is written.
    case number(String)
    case string(String)
    case array([JSONValue])
    case object([(name: String, value: JSONValue)])

    /// Reads one value in UTF-8, with nothing but white space around it.
    ///
    /// - Throws: ``JSONError`` where the bytes are anything else or more than the limits allow, or where an object, at any depth, has a
    ///   member twice. Names are the same where their bytes are: a composed and a decomposed é are two.
    package init(reading bytes: [UInt8], limits: JSONLimits = .documents) throws(JSONError) {
        self = try bytes.withUnsafeBufferPointer { bytes throws(JSONError) in
            var reader = JSONReader(bytes, limits: limits)
            return try reader.document()
        }
    }

    /// The kind of value, for messages.
    package var kind: String {
        switch self {
        case .null: "null"
        case .bool: "true or false"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

extension [(name: String, value: JSONValue)] {
    /// The value of the member whose name has these bytes; nil where there is none. It looks at one member after the other.
    package subscript(name: String) -> JSONValue? {
        let name = MemberName(name)
        return first { MemberName($0.name) == name }?.value
    }
}

/// A member's name, equal by its bytes: Swift's strings are equal where they look the same.
struct MemberName: Hashable {
    private let text: String

    init(_ text: String) { self.text = text }

    static func == (left: MemberName, right: MemberName) -> Bool {
        left.text.utf8.count == right.text.utf8.count && left.text.utf8.elementsEqual(right.text.utf8)
    }

    func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}
