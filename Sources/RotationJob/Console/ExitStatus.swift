import ArgumentParser
import RotationModel

/// Exit statuses, by sysexits.h where it has one.
enum ExitStatus {
    static let failed: Int32 = 1
    static let changes: Int32 = 2
    static let partial: Int32 = 3
    static let badInput: Int32 = 65
    static let configuration: Int32 = 78

    static func of(_ error: RotationError) -> Int32 {
        switch error.code {
        case .io, .inventory, .cryptography: failed
        case .guarded: partial
        case .usage: 64
        case .badInput: badInput
        case .keyUnavailable: 69
        case .locked: 75
        case .permission: 77
        case .configuration: configuration
        }
    }
}
