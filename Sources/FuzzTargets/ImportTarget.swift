import Fleet
import Job
import RotationModel
import RotationTesting

/// Fleets that are read in: CSV, NDJSON, or AWS IoT's three files.
///
/// Each input meets an inventory without a row, as `inventory import --dry-run` does.
struct ImportTarget: FuzzedReader {
    private let format: ImportFormat
    private let folder: TemporaryFolder
    private let workspace: Workspace

    private static let now = Timestamp(seconds: 1_796_083_200)

    init(_ format: ImportFormat) throws {
        self.format = format
        folder = try TemporaryFolder(inMemory: true)
        _ = try WorkspaceMaker(at: folder["work"]).make(withAuthority: true)
        workspace = try Workspace(configuredBy: folder["work/rotation.yaml"])
    }

    func read(_ bytes: [UInt8]) throws -> FuzzTarget.Outcome {
        let path = try write(bytes)
        let lines = bytes.count { $0 == UInt8(ascii: "\n") } + 1
        var rejected = 0
        var misplaced: RejectedRow?
        let summary = try accepted {
            try workspace.importFleet(
                from: path,
                options: ImportOptions(format: format, dryRun: true, at: ImportTarget.now, actor: "fuzz"),
                rejected: { row in
                    rejected += 1
                    if !(1...lines).contains(row.line) || row.reason.isEmpty { misplaced = row }
                },
                progress: { _, _, _ in })
        }
        guard let summary else { return .refused }
        try require(
            misplaced == nil,
            "a row is rejected outside of its file, or without a word: \(misplaced?.description ?? "")")
        try require(
            summary.rejected == rejected, "\(summary.rejected) rows are counted as rejected, and \(rejected) named")
        return summary.devices.added > 0 ? .accepted : .refused
    }

    /// The three files of an AWS IoT folder stand in one input, divided by a line of the word `%%`.
    private func write(_ bytes: [UInt8]) throws -> String {
        guard format == .awsIoT else { return try folder.write("fleet.\(format.rawValue)", bytes) }
        let divider = Array("\n%%\n".utf8)
        var parts: [[UInt8]] = [[]]
        for byte in bytes {
            parts[parts.count - 1].append(byte)
            if parts.count < 3, parts[parts.count - 1].suffix(divider.count).elementsEqual(divider) {
                parts[parts.count - 1].removeLast(divider.count - 1)
                parts.append([])
            }
        }
        for (index, name) in ["things.json", "attachments.json", "certificates.json"].enumerated() {
            try folder.write("aws/\(name)", index < parts.count ? parts[index] : [])
        }
        return folder["aws"]
    }
}
