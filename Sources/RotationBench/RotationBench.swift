import Foundation
import RotationModel

/// `RotationBench`: what the cryptography around a certificate costs beyond the cryptography itself.
///
/// `RotationBench --run JOB WORKDIR COUNT`: what the whole job makes of it. Measure release builds.
@main
struct RotationBench {
    static func main() {
        do throws(RotationError) {
            let arguments = Array(CommandLine.arguments.dropFirst())
            let raw = try RawMeasurement.take()
            switch arguments.first {
            case nil: try OperationBench(raw: raw).printTable()
            case "--run" where arguments.count == 4:
                guard let count = Int(arguments[3]), count > 0 else { throw wrongUsage }
                try RunBench(job: arguments[1], folder: arguments[2], count: count, raw: raw).printTable()
            default: throw wrongUsage
            }
        } catch {
            FileHandle.standardError.write(Data("RotationBench: \(error)\n".utf8))
            exit(error.code == .usage ? 64 : 1)
        }
    }

    private static let wrongUsage = RotationError(
        .usage, "wrong arguments", advice: "RotationBench, or RotationBench --run JOB WORKDIR COUNT")
}
