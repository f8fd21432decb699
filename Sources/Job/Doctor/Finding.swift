/// Something that whoever sets a workspace up would trip over: one line of `doctor`.
package struct Finding: Sendable, Equatable {
    /// The kind, for programs: words joined by dashes. Kept as they are.
    package let code: String
    /// A path, an authority, a unit: where to look.
    package let place: String
    /// What was found, in a sentence without a full stop.
    package let what: String
    /// The command that mends it, or what to write where.
    package let remedy: String

    init(_ code: String, at place: String, _ what: String, remedy: String) {
        (self.code, self.place, self.what, self.remedy) = (code, place, what, remedy)
    }
}
