import Glibc

/// The process itself.
package enum ThisProcess {
    /// A reader that goes away, or a file that may not grow, is an error to report from now on; not a reason to die in the middle of a
    /// batch.
    package static func reportsInsteadOfDying() {
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
    }

    /// Puts something in the place of standard streams that are closed: the next file to be opened would take their numbers, and what is
    /// printed would be written into it. Writing to one of them still fails.
    package static func occupyClosedStreams() {
        // Opening takes the lowest number that is free.
        for stream: CInt in 0...2 where fcntl(stream, F_GETFD) < 0 && errno == EBADF {
            _ = open("/dev/null", O_RDONLY)
        }
    }

    package static func exit(_ status: Int32) -> Never { Glibc.exit(status) }
}

extension ThisProcess {
    /// Lets the process have as many open files as it may (setrlimit(2)).
    ///
    /// - Returns: how many that are.
    package static func raiseOpenFileLimit() -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
        limit.rlim_cur = limit.rlim_max
        _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
        return Int(clamping: limit.rlim_cur)
    }
}
