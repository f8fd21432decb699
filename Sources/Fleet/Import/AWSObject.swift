import Basics
import RotationModel

/// An object of AWS's output, of which only some members matter.
struct JSONObject {
    private let members: [(name: String, value: JSONValue)]

    init(_ value: JSONValue, _ what: String) throws(RotationError) {
        guard case .object(let members) = value else {
            throw RotationError(.badInput, "\(what) is \(value.kind), not an object")
        }
        self.members = members
    }

    func string(_ name: String) throws(RotationError) -> String {
        guard let text = try optionalString(name) else { throw RotationError(.badInput, "\(name) is missing") }
        return text
    }

    func optionalString(_ name: String) throws(RotationError) -> String? {
        guard let value = members[name] else { return nil }
        guard case .string(let text) = value else {
            throw RotationError(.badInput, "\(name) is \(value.kind)", advice: "it should be a string")
        }
        return text
    }

    func object(_ name: String) throws(RotationError) -> JSONObject? {
        guard let value = members[name] else { return nil }
        return try JSONObject(value, name)
    }

    func texts(_ name: String) throws(RotationError) -> [String: String] {
        guard let object = try object(name) else { return [:] }
        var texts: [String: String] = [:]
        for (name, _) in object.members {
            guard texts.updateValue(try object.string(name), forKey: name) == nil else {
                throw Labels.spelledTwice(name)
            }
        }
        return texts
    }
}
