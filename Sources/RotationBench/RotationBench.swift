import Foundation
import RotationModel

/// `RotationBench`: what the cryptography around a certificate costs beyond the cryptography itself.
///
/// `RotationBench --algorithms`: the same for authorities of each kind.
///
/// `RotationBench --run JOB WORKDIR COUNT`: what the whole job makes of it. `--token` instead of `--run`: the same with the authority's key in
/// a token of SoftHSM.
///
/// `RotationBench --stages JOB COUNT FOLDER...`: what each command costs over a fleet of COUNT devices, in each of the folders, one after the
/// other; as JSON, too, into the file that `BENCH_JSON` names.
///
/// `RotationBench --gate JOB GATE WORKDIR SECONDS`: what a handshake costs the network gate, and nginx. Measure release builds.
@main
struct RotationBench {
    static func main() {
        do {
            let arguments = Array(CommandLine.arguments.dropFirst())
            switch arguments.first {
            case nil: try OperationBench(raw: RawMeasurement.take()).printTable()
            case "--algorithms" where arguments.count == 1: try AlgorithmBench().printTable()
            case "--run": try RunBench(workspace: workspace(arguments), raw: RawMeasurement.take()).printTable()
            case "--token": try TokenBench(workspace: workspace(arguments), raw: RawMeasurement.take()).printTable()
            case "--stages": try stages(arguments)
            case "--gate": try gate(arguments).printTable()
            default: throw wrongUsage
            }
        } catch {
            FileHandle.standardError.write(Data("RotationBench: \(error)\n".utf8))
            exit((error as? RotationError)?.code == .usage ? 64 : 1)
        }
    }

    private static func workspace(_ arguments: [String]) throws(RotationError) -> RunWorkspace {
        guard arguments.count == 4, let count = Int(arguments[3]), count > 0 else { throw wrongUsage }
        return RunWorkspace(job: arguments[1], folder: arguments[2], count: count)
    }

    private static func stages(_ arguments: [String]) throws {
        guard arguments.count >= 4, let count = Int(arguments[2]), count > 0 else { throw wrongUsage }
        try StageReport.make(job: arguments[1], count: count, folders: Array(arguments[3...]))
    }

    private static func gate(_ arguments: [String]) throws(RotationError) -> GateBench {
        guard arguments.count == 5, let seconds = Int(arguments[4]), seconds > 0 else { throw wrongUsage }
        let workspace = GateWorkspace(job: arguments[1], folder: arguments[3])
        return GateBench(gate: arguments[2], workspace: workspace, seconds: seconds)
    }

    private static let wrongUsage = RotationError(
        .usage, "wrong arguments",
        advice:
            "RotationBench, RotationBench --algorithms, RotationBench --run|--token JOB WORKDIR COUNT, --stages JOB COUNT FOLDER..., or --gate JOB GATE WORKDIR SECONDS"
    )
}
