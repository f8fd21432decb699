import Foundation
import RotationModel

/// What a program cost from its start to its end, as the kernel counted it.
struct ProgramCost: Encodable, Sendable {
    /// In seconds.
    var wall = 0.0
    /// Of user and system, on all cores, in seconds.
    var cpu = 0.0
    /// The most memory that it held at once, in bytes.
    var peakMemory = 0
    /// What it made the file systems write, in bytes: each page as often as it was made dirty. On a tmpfs that is nothing.
    var bytesWritten = 0
    /// System calls that read and that wrote.
    var readCalls = 0
    var writeCalls = 0

    /// How many cores were busy, on the average.
    var coresBusy: Double { wall > 0 ? cpu / wall : 0 }
}

/// Runs a program and measures it, without a program around it that would be measured too.
enum MeasuredProgram {
    /// - Parameters:
    ///   - command: The program by its path, and its arguments.
    ///   - statuses: Those that are as they should be.
    /// - Throws: ``RotationModel/RotationError/Code/io`` where it cannot be started or ends otherwise.
    static func run(_ command: [String], in folder: String, statuses: Set<Int32> = [0]) throws(RotationError)
        -> ProgramCost
    {
        let errors = "\(NSTemporaryDirectory())/rotation-bench-\(getpid()).err"
        defer { unlink(errors) }
        let clock = ContinuousClock()
        let start = clock.now
        let pid = try spawn(command, in: folder, errors: errors)
        var info = siginfo_t()
        while waitid(P_PID, id_t(pid), &info, WEXITED | WNOWAIT) != 0, errno == EINTR {}
        let taken = start.duration(to: clock.now) / .seconds(1)
        // What it wrote is told as long as nobody has taken its end.
        var cost = counters(of: pid)
        cost.wall = taken
        var status: Int32 = 0
        var usage = rusage()
        while wait4(pid, &status, 0, &usage) < 0, errno == EINTR {}
        cost.cpu = seconds(usage.ru_utime) + seconds(usage.ru_stime)
        cost.peakMemory = usage.ru_maxrss * 1024
        let ended = status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
        guard statuses.contains(ended) else {
            throw RotationError(
                .io, "\(command.joined(separator: " ")) ended with \(ended)", at: folder,
                advice: (try? String(contentsOfFile: errors, encoding: .utf8)) ?? "")
        }
        return cost
    }

    private static func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) * 1e-6 }

    private static func spawn(_ command: [String], in folder: String, errors: String) throws(RotationError) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        // The shell goes to the folder and becomes the program.
        let shell = ["/bin/sh", "-c", "cd \"$0\" && exec \"$@\"", folder]
        var arguments: [UnsafeMutablePointer<CChar>?] = (shell + command).map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var pid: pid_t = 0
        let failure = posix_spawn(&pid, shell[0], &actions, nil, &arguments, environ)
        guard failure == 0 else {
            throw RotationError(.io, "\(command[0]) cannot be started: \(String(cString: strerror(failure)))")
        }
        return pid
    }

    private static func counters(of pid: pid_t) -> ProgramCost {
        var cost = ProgramCost()
        let text = (try? String(contentsOfFile: "/proc/\(pid)/io", encoding: .utf8)) ?? ""
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: " ")
            guard parts.count == 2, let value = Int(parts[1]) else { continue }
            switch parts[0] {
            case "write_bytes:": cost.bytesWritten = value
            case "syscr:": cost.readCalls = value
            case "syscw:": cost.writeCalls = value
            default: break
            }
        }
        return cost
    }
}
