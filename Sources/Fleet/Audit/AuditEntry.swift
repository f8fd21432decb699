import RotationModel

/// One entry of the audit: who did what, when, and why.
///
/// Whoever can write the database's file can put anything into a row, so each is read as it comes: what is not of its kind is named
/// in ``unreadable``, and shown as the text that it is.
package struct AuditEntry: Sendable, Equatable {
    /// From 1, without a gap.
    package let id: Int64
    package let at: Timestamp
    package let run: RunID?
    /// The user or the program that acted.
    package let actor: String
    /// One of ``AuditAction``, or the word of a later version.
    package let action: String
    /// The device's name, where the entry is about one.
    package let device: String?
    /// A JSON object.
    package let detail: String
    /// Covers this entry and, through the one before it, all earlier ones. Nil where the row holds none.
    package let hash: SHA256Digest?
    /// Columns that hold what this program never writes there: the row was altered.
    package let unreadable: [String]
}
