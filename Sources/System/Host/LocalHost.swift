import Glibc

/// The machine, and who this process is on it.
package enum LocalHost {
    /// Its name in the network; `unknown` where it has none.
    package static var name: String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return "unknown" }
        return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    package static var processID: Int32 { getpid() }

    /// Whether there is a process of this number on this machine, whoever's.
    package static func isRunning(_ process: Int32) -> Bool { kill(process, 0) == 0 || errno == EPERM }

    package static var workingFolder: String {
        guard let buffer = getcwd(nil, 0) else { return "." }
        defer { free(buffer) }
        return String(cString: buffer)
    }
}

/// Whose rights this process acts with.
package enum EffectiveUser {
    package static var id: UInt32 { geteuid() }

    /// Its login name; `uid 1000` where there is none.
    package static var name: String { UserName.of(id) ?? "uid \(id)" }
}

/// Login names.
package enum UserName {
    /// Nil where the user has none.
    package static func of(_ id: UInt32) -> String? {
        guard let entry = getpwuid(id), let name = entry.pointee.pw_name else { return nil }
        return String(cString: name)
    }
}

/// The variables that this process was started with.
package enum Environment {
    package static subscript(name: String) -> String? { getenv(name).map { String(cString: $0) } }

    /// Hands out a variable's bytes where they lie, without a copy that nobody wipes.
    package static func withSecret<R, Failure: Error>(
        _ name: String, _ body: (UnsafeRawBufferPointer?) throws(Failure) -> R
    ) throws(Failure) -> R {
        try body(getenv(name).map { UnsafeRawBufferPointer(start: $0, count: strlen($0)) })
    }
}
