import Glibc

/// A shared library that is loaded while the program runs, and stays.
package struct DynamicLibrary {
    private let handle: UnsafeMutableRawPointer

    /// - Parameter path: of a file, or a name that the linker looks for.
    /// - Returns: nil where it cannot be loaded; ``lastProblem`` says why.
    package init?(_ path: String) {
        guard let handle = dlopen(path, RTLD_NOW | RTLD_LOCAL) else { return nil }
        self.handle = handle
    }

    package static var lastProblem: String { dlerror().map { String(cString: $0) } ?? "no reason given" }

    /// The address of what it calls by this name; nil where it has no such thing.
    package func symbol(_ name: String) -> UnsafeMutableRawPointer? { dlsym(handle, name) }
}
