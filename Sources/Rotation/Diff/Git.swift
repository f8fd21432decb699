import Processes
import RotationModel

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The `git` program, for reading what a revision holds. Arguments go to it as they are: there is no shell.
enum Git {
    struct Outcome {
        let status: Int32
        let output: [UInt8]
        /// The first line of its complaints.
        let errors: String
    }

    /// Runs git in the working folder and waits for its end.
    ///
    /// - Parameter limit: bytes of output; with more the program is stopped.
    /// - Throws: ``RotationError/Code/io`` where there is no git, or it says more than that.
    static func run(_ arguments: [String], limit: Int) throws(RotationError) -> Outcome {
        let git = try start(arguments)
        var collected: [[UInt8]] = [[], []]
        let isWhole = collect([git.output.number, git.errors.number], &collected, limit: limit)
        if !isWhole { git.send(SIGKILL) }
        let ending = git.waitForEnd()
        guard isWhole else {
            throw RotationError(.io, "`git \(arguments.joined(separator: " "))` says more than \(limit) bytes")
        }
        return Outcome(
            status: ending.exitStatus, output: collected[0],
            errors: String(decoding: collected[1].prefix { $0 != 0x0A }, as: UTF8.self))
    }

    private static func start(_ arguments: [String]) throws(RotationError) -> ChildProcess {
        do {
            // Its messages are shown as they are, and it must neither wait for a person nor write.
            return try ChildProcess(
                "git", arguments,
                environment: ["LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0"])
        } catch {
            throw RotationError(
                .io, "git cannot be started: \(error.message)",
                advice: "install git, or name folders of policy files instead of revisions")
        }
    }

    /// Reads both until their ends, whichever has something: a full pipe would stop the program.
    ///
    /// - Returns: whether the first stayed within the limit.
    private static func collect(_ descriptors: [CInt], _ collected: inout [[UInt8]], limit: Int) -> Bool {
        var open = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while open.contains(where: { $0.fd >= 0 }) {
            guard poll(&open, nfds_t(open.count), -1) >= 0 || errno == EINTR else { return false }
            for place in open.indices where open[place].fd >= 0 && open[place].revents != 0 {
                let count = read(open[place].fd, &buffer, buffer.count)
                if count > 0 {
                    // Of its complaints the beginning will do.
                    if place == 0 || collected[place].count < 1 << 12 { collected[place] += buffer[..<count] }
                } else if count == 0 || (errno != EINTR && errno != EAGAIN) {
                    open[place].fd = -1
                }
            }
            if collected[0].count > limit { return false }
        }
        return true
    }
}

extension ChildProcess.Ending {
    /// -1 where a signal ended it.
    fileprivate var exitStatus: Int32 {
        if case .exited(let status) = self { status } else { -1 }
    }
}
