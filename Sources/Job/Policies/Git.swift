import RotationModel
import System

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
        let isWhole = collect([git.output, git.errors], &collected, limit: limit)
        if !isWhole { git.send(.kill) }
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
    private static func collect(_ ends: [Descriptor], _ collected: inout [[UInt8]], limit: Int) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while ends.contains(where: \.isOpen) {
            for place in ReadyDescriptors.wait(reading: ends).reading {
                switch ends[place].read(into: &buffer) {
                case .bytes(let count):
                    // Of its complaints the beginning will do.
                    if place == 0 || collected[place].count < 1 << 12 { collected[place] += buffer[..<count] }
                case .later: break
                case .end: ends[place].close()
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
