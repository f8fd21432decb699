import Foundation
import RotationModel

/// A whole `run` of the built program over a fleet of which every device is due and has a CSR waiting.
struct RunBench {
    let workspace: RunWorkspace
    let raw: RawMeasurement

    func printTable() throws(RotationError) {
        let count = workspace.count
        try workspace.make()
        let importing = try workspace.time(["inventory", "import", "fleet.ndjson"])
        let running = try workspace.time(["run", "--at", RunWorkspace.now.rfc3339])
        try workspace.checkManifests()
        let cores = Double(ProcessInfo.processInfo.activeProcessorCount)
        // A certificate takes one verification (the CSR's) and two signatures (its own and the manifest's).
        let possible = cores / (raw.verify + 2 * raw.sign)
        let rate = Double(count) / running
        print(Measuring.row("\(count) devices, \(Int(cores)) cores", ["seconds", "per second"]))
        print(
            Measuring.row(
                "inventory import",
                [String(format: "%.2f", importing), String(format: "%.0f", Double(count) / importing)]))
        print(Measuring.row("run", [String(format: "%.2f", running), String(format: "%.0f", rate)]))
        print(Measuring.row("verify and 2 sign, raw, all cores", ["", String(format: "%.0f", possible)]))
        print(Measuring.row("run, of raw", ["", String(format: "%.0f%%", 100 * rate / possible)]))
    }
}
