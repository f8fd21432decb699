import RotationModel

/// Exit statuses, by sysexits.h where it has one.
enum ExitStatus {
    static let failed: Int32 = 1
    static let changes: Int32 = 2
    static let partial: Int32 = 3
    static let badInput: Int32 = 65

    static func of(_ error: RotationError) -> Int32 { error.code.exitStatus }
}
