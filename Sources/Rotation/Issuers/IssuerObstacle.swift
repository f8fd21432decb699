#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension IssuerConfiguration {
    /// Why the program cannot be started, as far as looking at it tells; nil where it can.
    var obstacle: String? {
        var status = stat()
        guard stat(program, &status) == 0 else { return "there is no program \(program)" }
        guard status.st_mode & S_IFMT == S_IFREG else { return "\(program) is no file" }
        return access(program, X_OK) == 0 ? nil : "\(program) may not be executed"
    }
}
