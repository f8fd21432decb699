import Foundation
import RotationModel

/// `RotationBench`: what the cryptography around a certificate costs beyond the cryptography itself.
///
/// `RotationBench --algorithms`: the same for authorities of each kind.
///
/// `RotationBench --run JOB WORKDIR COUNT`: what the whole job makes of it. Measure release builds.
@main
struct RotationBench {
    static func main() {
        do throws(RotationError) {
            let arguments = Array(CommandLine.arguments.dropFirst())
            switch arguments.first {
            case nil: try OperationBench(raw: RawMeasurement.take()).printTable()
            case "--algorithms" where arguments.count == 1: try AlgorithmBench().printTable()
            case "--run" where arguments.count == 4:
                guard let count = Int(arguments[3]), count > 0 else { throw wrongUsage }
                try RunBench(job: arguments[1], folder: arguments[2], count: count, raw: RawMeasurement.take())
                    .printTable()
            default: throw wrongUsage
            }
        } catch {
            FileHandle.standardError.write(Data("RotationBench: \(error)\n".utf8))
            exit(error.code == .usage ? 64 : 1)
        }
    }

    private static let wrongUsage = RotationError(
        .usage, "wrong arguments",
        advice: "RotationBench, RotationBench --algorithms, or RotationBench --run JOB WORKDIR COUNT")
}
