import Glibc

/// The process itself.
package enum ThisProcess {
    /// A reader that goes away, or a file that may not grow, is an error to report from now on; not a reason to die in the middle of a
    /// batch.
    package static func reportsInsteadOfDying() {
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
    }

    package static func exit(_ status: Int32) -> Never { Glibc.exit(status) }
}
