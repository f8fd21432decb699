/// A table that was copied.
package struct CopiedTable: Sendable {
    package let name: String
    package let rows: Int
    /// Of its rows in any order: the sum of their SHA-256, in hexadecimal.
    package let digest: String
}
