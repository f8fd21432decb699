import CLinux
import Glibc
import RotationModel

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Another program that was started, with pipes to it and no other file of this process. Arguments go to it as they are: there is no
/// shell.
///
/// For one thread at a time. It does not end with its owner: whoever starts one also waits for it.
package final class ChildProcess {
    /// Where its standard input comes from.
    package enum Input: Sendable {
        case nothing
        /// ``ChildProcess/input``, which never waits: what does not fit is to be written later.
        case pipe
    }

    package enum Signal: Sendable {
        /// It may clean up first.
        case terminate
        case kill

        fileprivate var number: CInt { self == .terminate ? SIGTERM : SIGKILL }
    }

    /// How a process ended.
    package enum Ending: Hashable, Sendable, CustomStringConvertible {
        case exited(Int32)
        case killed(signal: Int32)

        package var description: String {
            switch self {
            case .exited(let status): "it ended with exit status \(status)"
            case .killed(let signal): "it was ended by signal \(signal)"
            }
        }
    }

    private let id: pid_t
    /// Nil where it has none.
    package let input: Descriptor?
    package let output: Descriptor
    package let errors: Descriptor
    private var known: Ending?

    /// - Parameters:
    ///   - program: a path, or a name that `PATH` leads to.
    ///   - folder: its working folder; nil for this process's.
    ///   - environment: added to this process's.
    /// - Throws: ``RotationError/Code/io`` where it cannot be started; the message is the system's alone.
    package init(
        _ program: String, _ arguments: [String], in folder: String? = nil, input: Input = .nothing,
        environment: [String: String] = [:]
    ) throws(RotationError) {
        let output = try Pipe()
        let errors = try Pipe()
        let source: Pipe? = if case .pipe = input { try Pipe() } else { nil }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if let source {
            posix_spawn_file_actions_adddup2(&actions, source.reading.number, 0)
        } else {
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        }
        posix_spawn_file_actions_adddup2(&actions, output.writing.number, 1)
        posix_spawn_file_actions_adddup2(&actions, errors.writing.number, 2)
        // Nothing else of this process' files, whoever opened them: a library may leave a descriptor inheritable.
        posix_spawn_file_actions_addclosefrom_np(&actions, 3)
        if let folder { posix_spawn_file_actions_addchdir_np(&actions, folder) }
        id = try ChildProcess.spawn(program, arguments, &actions, environment)
        self.input = source?.writing
        self.output = output.reading
        self.errors = errors.reading
        // Whoever writes to a program that has gone is told so by the call; the signal would end this process.
        if source != nil { signal(SIGPIPE, SIG_IGN) }
        for end in [self.input, self.output, self.errors] { end?.neverWait() }
    }

    private static func spawn(
        _ program: String, _ arguments: [String], _ actions: inout posix_spawn_file_actions_t,
        _ added: [String: String]
    ) throws(RotationError) -> pid_t {
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // A group of its own, so that what it starts ends with it; and no signal ignored because this process does, or held back because a thread of
        // it does.
        var defaults = sigset_t()
        sigemptyset(&defaults)
        sigaddset(&defaults, SIGPIPE)
        posix_spawnattr_setsigdefault(&attributes, &defaults)
        var heldBack = sigset_t()
        sigemptyset(&heldBack)
        posix_spawnattr_setsigmask(&attributes, &heldBack)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))

        let words = CStrings([program] + arguments)
        let variables = CStrings(
            ProcessInfo.processInfo.environment.merging(added) { $1 }.map { "\($0.key)=\($0.value)" })
        var child = pid_t()
        let failure = posix_spawnp(&child, program, &actions, &attributes, words.pointers, variables.pointers)
        guard failure == 0 else { throw RotationError(.io, String(cString: strerror(failure))) }
        return child
    }

    // MARK: Its end

    /// How it ended; nil while it runs.
    package func ending() -> Ending? {
        if known == nil { wait(WNOHANG) }
        return known
    }

    /// Waits for its end.
    package func waitForEnd() -> Ending {
        while known == nil { wait(0) }
        return known ?? .exited(-1)
    }

    /// Sends a signal to it and to all that it started.
    package func send(_ signal: Signal) {
        // A process that has been waited for has no number any more; its group may still have members, under the same number.
        kill(-id, signal.number)
    }

    private func wait(_ options: CInt) {
        var status: CInt = 0
        let found = waitpid(id, &status, options)
        if found < 0 && errno != EINTR { known = .exited(-1) }
        guard found == id else { return }
        // As WIFEXITED, WEXITSTATUS and WTERMSIG, which are macros.
        known = status & 0x7F == 0 ? .exited((status >> 8) & 0xFF) : .killed(signal: status & 0x7F)
    }
}
