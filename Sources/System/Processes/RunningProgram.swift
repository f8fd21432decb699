import Glibc

/// Programs that run on this machine.
package enum RunningProgram {
    /// Whether another process than this runs the program of that name which runs here. One that has ended and that nobody waited for is
    /// none; nor is one that this user may not see.
    package static func isThisOne(_ process: Int32) -> Bool {
        guard process != getpid(), let other = ProcessStatus(of: process), let own = ProcessStatus(of: getpid())
        else { return false }
        return other.program == own.program && !other.hasEnded
    }
}

/// What the kernel says of a process (proc_pid_stat(5)).
private struct ProcessStatus {
    /// The first 15 bytes of its program's name.
    let program: String
    let hasEnded: Bool

    init?(of process: Int32) {
        guard let bytes = try? OpenFile(reading: "/proc/\(process)/stat").bytes(atMost: 4096) else { return nil }
        // The name stands in parentheses, and may have some itself.
        let text = String(decoding: bytes, as: UTF8.self)
        guard let start = text.firstIndex(of: "("), let end = text.lastIndex(of: ")"), start < end else { return nil }
        program = String(text[text.index(after: start)..<end])
        hasEnded = text[end...].dropFirst(2).first.map { "ZXx".contains($0) } ?? true
    }
}
