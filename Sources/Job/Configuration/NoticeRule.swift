/// What somebody may want to be told of a run. The names are those of `notify` in rotation.yaml.
package enum NoticeEvent: String, Sendable, CaseIterable {
    /// The run failed, or some devices did.
    case failed
    /// A guard stopped the run before it did anything.
    case guarded = "guard"
    /// A policy has stopped by itself.
    case halted
    /// Devices were handed a replacement and did not confirm it in time.
    case stuck
    /// Certificates end before the window opens that holds their replacement.
    case expiringHeld = "expiring-held"
    /// Certificates were revoked.
    case revoked
    /// An authority ends, or retires, soon.
    case authorityEnding = "authority-ending"
    /// The run refused its time: a clock may be wrong.
    case clock
}

/// Who is told of what: an entry of `notify`.
package struct NoticeRule: Sendable, Equatable {
    package let events: Set<NoticeEvent>
    /// A program's whole path.
    package let program: String
    package let arguments: [String]
}
