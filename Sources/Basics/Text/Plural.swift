/// `1 certificate`, `2 certificates`; the plural has an s where no other is given.
package func counted(_ count: Int, _ noun: String, plural: String? = nil) -> String {
    "\(count) \(Plural.of(noun, count, plural: plural))"
}

package enum Plural {
    /// The noun alone, in the form that so many have.
    package static func of(_ noun: String, _ count: Int, plural: String? = nil) -> String {
        count == 1 ? noun : plural ?? noun + "s"
    }
}
