import Foundation
import RotationModel

/// The table of all stages over one size of fleet, and the same for programs.
enum StageReport {
    private struct Place: Encodable {
        var folder: String
        var stages: [StageResult]
    }

    private struct Document: Encodable {
        var devices: Int
        var cores: Int
        /// Of one signature and one verification by P-256 on one core, in seconds.
        var sign: Double
        var verify: Double
        var places: [Place]
    }

    /// - Parameter folders: What the work is done in: made, and removed.
    static func make(job: String, count: Int, folders: [String]) throws {
        let raw = try RawMeasurement.take()
        let cores = ProcessInfo.processInfo.activeProcessorCount
        let each = Measuring.microseconds(raw.verify + 2 * raw.sign)
        print(
            "\(count) devices, \(cores) cores; raw is \(each) µs a device on one core: a verification and two signatures"
        )
        var places: [Place] = []
        for folder in folders {
            let stages = try StageBench(job: job, folder: folder, count: count, raw: raw).measure()
            print("\n" + Measuring.row("in \(folder)", StageResult.header))
            for stage in stages { print(Measuring.row(stage.stage, stage.cells)) }
            places.append(Place(folder: folder, stages: stages))
            try? FileManager.default.removeItem(atPath: folder)
        }
        guard let path = ProcessInfo.processInfo.environment["BENCH_JSON"], !path.isEmpty else { return }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let document = Document(devices: count, cores: cores, sign: raw.sign, verify: raw.verify, places: places)
        let line = try encoder.encode(document) + Data("\n".utf8)
        // One line a size: the file may have others already.
        let earlier = (try? Data(contentsOf: URL(fileURLWithPath: path))) ?? Data()
        try (earlier + line).write(to: URL(fileURLWithPath: path))
    }
}
