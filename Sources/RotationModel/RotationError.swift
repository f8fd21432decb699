/// A failure that a user can cause or must act on: what it is, where it is, and what to do about it.
///
/// Two errors are the same kind of failure when their codes are equal; the text is for people.
package struct RotationError: Error, Sendable, Equatable {
    /// The kind of failure. It decides the exit status (sysexits.h).
    package enum Code: String, Sendable {
        /// Wrong usage of the command line (exit status 64).
        case usage
        /// Input that cannot be used: a policy, an import row, a CSR, a certificate (exit status 65).
        case badInput
        /// A file or a folder that is missing or cannot be read or written (exit status 1).
        case io
        /// An authority's key cannot be reached: no file, wrong passphrase (exit status 69).
        case keyUnavailable
        /// Another run holds the workspace (exit status 75).
        case locked
        /// A file's permissions are too open, or too tight to read it (exit status 77).
        case permission
        /// `rotation.yaml` is missing, malformed, or names what does not exist (exit status 78).
        case configuration
        /// A guard stopped the run before it did anything (exit status 3).
        case guarded
        /// The inventory refused: corrupt, of a newer version, or full (exit status 1).
        case inventory
        /// A cryptographic operation failed for no fault of the input (exit status 1).
        case cryptography
    }

    package let code: Code
    /// What was found, in one sentence without a full stop.
    package let message: String
    /// Where: `file`, `file:line:column`, `device sensor-1`. Empty when there is no narrower place.
    package let place: String
    /// What would be right, or what to do next. May be empty.
    package let advice: String

    package init(_ code: Code, _ message: String, at place: String = "", advice: String = "") {
        self.code = code
        self.message = message
        self.place = place
        self.advice = advice
    }
}

extension RotationError.Code {
    /// By sysexits.h where it has one.
    package var exitStatus: Int32 {
        switch self {
        case .io, .inventory, .cryptography: 1
        case .guarded: 3
        case .usage: 64
        case .badInput: 65
        case .keyUnavailable: 69
        case .locked: 75
        case .permission: 77
        case .configuration: 78
        }
    }
}

extension RotationError: CustomStringConvertible {
    /// `place: message; advice`, on one line.
    package var description: String {
        (place.isEmpty ? "" : "\(place): ") + message + (advice.isEmpty ? "" : "; \(advice)")
    }
}
