import Basics
import RotationModel

extension Labels {
    /// As the inventory keeps them.
    init(canonicalJSON text: String) throws(RotationError) {
        guard case .object(let members) = try JSONValue(parsing: Array(text.utf8)) else {
            throw StorageFailure.unreadable("labels that are no JSON object")
        }
        var values: [String: String] = [:]
        for (name, value) in members {
            guard case .string(let text) = value else { throw StorageFailure.unreadable("a label that is no text") }
            values[name] = text
        }
        self.init(checked: values)
    }
}
