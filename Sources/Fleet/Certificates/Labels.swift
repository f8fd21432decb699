import Basics
import RotationModel

/// A device's labels: names with a text each, by which policies select.
package struct Labels: Hashable, Sendable, ExpressibleByDictionaryLiteral {
    package let values: [String: String]

    package static let none = Labels(checked: [:])

    /// - Throws: ``RotationError/Code/badInput`` where a name is empty or longer than 128 bytes, a text longer than 1024,
    ///   or one of them holds a control character.
    package init(_ values: [String: String]) throws(RotationError) {
        for (name, text) in values {
            try RegistryName.check(name, what: "label's name", longest: 128)
            if !text.isEmpty { try RegistryName.check(text, what: "label \(name)", longest: 1024) }
        }
        self.values = values
    }

    /// Takes labels that were checked before they were stored.
    package init(checked values: [String: String]) { self.values = values }

    package init(dictionaryLiteral elements: (String, String)...) {
        values = Dictionary(elements, uniquingKeysWith: { $1 })
    }

    package subscript(name: String) -> String? { values[name] }

    /// That a name stands there composed and decomposed: two members of JSON, but to policies one label.
    static func spelledTwice(_ name: String) -> RotationError {
        RotationError(
            .badInput, "the label \u{201C}\(name.prefix(64))\u{201D} stands twice, in two spellings of Unicode",
            advice: "keep one of them")
    }

    /// By name, in the order of its bytes.
    package var sorted: [(name: String, text: String)] {
        values.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map { ($0.key, $0.value) }
    }

    /// One text for equal labels.
    var canonicalJSON: String {
        var json = JSONWriter(reservingCapacity: 128)
        json.object { json in for (name, text) in sorted { json.member(name, text) } }
        return json.text
    }
}
