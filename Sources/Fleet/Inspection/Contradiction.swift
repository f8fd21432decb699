import RotationModel

/// Facts of the registry that cannot hold together: nothing that the program does leaves them so.
package struct Contradiction: Sendable {
    /// What kind it is, in one word: the part before the dash is the table.
    package let kind: String
    /// The device that it is about; nil where it is about none.
    package let device: DeviceID?
    /// A sentence without a full stop.
    package let sentence: String
}
