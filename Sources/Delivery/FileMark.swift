import System

/// One very file of the inbox, for records: another one of its name, also a later one, has another mark.
package struct FileMark: Sendable {
    let folder: String
    let name: String
    let identity: FileIdentity

    /// Has a slash in it, which the name of a submission has not.
    package var text: String { "\(folder)/\(name)@\(identity.mark)" }
}
