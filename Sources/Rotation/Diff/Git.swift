import RotationModel

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

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
        let output = try Pipe()
        let errors = try Pipe()
        defer {
            output.close()
            errors.close()
        }
        let child = try spawn(arguments, output: output, errors: errors)
        output.closeWriting()
        errors.closeWriting()
        var collected: [[UInt8]] = [[], []]
        let isWhole = collect([output.reading, errors.reading], &collected, limit: limit)
        if !isWhole { kill(child, SIGKILL) }
        let status = wait(for: child)
        guard isWhole else {
            throw RotationError(.io, "`git \(arguments.joined(separator: " "))` says more than \(limit) bytes")
        }
        return Outcome(
            status: status, output: collected[0],
            errors: String(decoding: collected[1].prefix { $0 != 0x0A }, as: UTF8.self))
    }

    // MARK: The process

    private static func spawn(_ arguments: [String], output: Pipe, errors: Pipe) throws(RotationError) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output.writing, 1)
        posix_spawn_file_actions_adddup2(&actions, errors.writing, 2)
        var variables = ProcessInfo.processInfo.environment
        // Its messages are shown as they are, and it must neither wait for a person nor write.
        variables.merge(["LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0"]) { $1 }
        let words = CStrings(["git"] + arguments)
        let environment = CStrings(variables.map { "\($0.key)=\($0.value)" })
        defer {
            words.free()
            environment.free()
        }
        var child = pid_t()
        let failure = posix_spawnp(&child, "git", &actions, nil, words.pointers, environment.pointers)
        guard failure == 0 else {
            throw RotationError(
                .io, "git cannot be started: \(String(cString: strerror(failure)))",
                advice: "install git, or name folders of policy files instead of revisions")
        }
        return child
    }

    private static func wait(for child: pid_t) -> Int32 {
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0 && errno == EINTR {}
        // As WIFEXITED and WEXITSTATUS, which are macros.
        return status & 0x7F == 0 ? (status >> 8) & 0xFF : -1
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
                } else if count == 0 || errno != EINTR {
                    open[place].fd = -1
                }
            }
            if collected[0].count > limit { return false }
        }
        return true
    }
}

/// A pipe that a program does not inherit but for what it is given.
private struct Pipe {
    let reading: CInt
    let writing: CInt
    /// Whether the writing end is closed already: descriptors are numbers, and another file may have this one by then.
    private let ends: Ends

    private final class Ends {
        var isWritingOpen = true
    }

    init() throws(RotationError) {
        var ends: [CInt] = [-1, -1]
        guard pipe(&ends) == 0 else {
            throw RotationError(.io, "git cannot be started: \(String(cString: strerror(errno)))")
        }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        (reading, writing) = (ends[0], ends[1])
        self.ends = Ends()
    }

    func closeWriting() {
        guard ends.isWritingOpen else { return }
        ends.isWritingOpen = false
        _ = Glibc.close(writing)
    }

    func close() {
        closeWriting()
        _ = Glibc.close(reading)
    }
}

/// Texts as C wants an argument list: pointers, and a null at the end.
private struct CStrings {
    let pointers: [UnsafeMutablePointer<CChar>?]

    init(_ texts: [String]) { pointers = texts.map { strdup($0) } + [nil] }

    func free() {
        for pointer in pointers { Glibc.free(pointer) }
    }
}
