import RotationModel

/// Why a file of the inbox is not taken.
///
/// - Parameter Code: stable names: they stand in `NAME.reason.json`, in the audit and in the device's next manifest.
package struct InboxRefusal<Code: RawRepresentable<String> & Sendable>: Error, CustomStringConvertible {
    package let code: Code
    /// A sentence for the device's developer.
    package let text: String
    /// Whether what was handed in is not to be kept: there is a secret in it.
    let hasSecret: Bool

    /// As the device's next manifest says it: `key-in-use: another device has this key; …`
    package var description: String { "\(code.rawValue): \(text)" }

    init(_ code: Code, _ text: String, hasSecret: Bool = false) {
        self.code = code
        self.text = text
        self.hasSecret = hasSecret
    }

    init(_ code: Code, _ error: RotationError) {
        self.init(code, error.description)
    }
}
