import Foundation
import RotationModel
import RotationTesting

/// `FleetMaker --devices N --out DIR …`: makes a fleet to try things out on. See ``FleetWriter`` for what it writes.
@main
struct FleetMaker {
    static let usage = """
        FleetMaker --devices N --out DIR [--seed S] [--now T] [--csr SHARE] [--left DAYS|mixed] [--keys yes|no] [--signed yes|no] [--uniform]

          --devices N     how many devices
          --out DIR       where to; made if missing
          --seed S        decides labels, states and dates (1); keys are new each time
          --now T         the time that the fleet is made for (2026-12-01T00:00:00Z)
          --csr SHARE     the share of devices for which a CSR waits, 0 to 1 (0.5)
          --signed yes|no whether CSRs are signed by the devices' present keys (no)
          --left DAYS     what all certificates have to go, or "mixed" (mixed)
          --keys yes|no   whether the private keys of the CSRs are written (yes)
          --uniform       every device alike: P-256, ACTIVE, one authority
        """

    static func main() {
        do throws(RotationError) {
            let (options, folder) = try parse(Array(CommandLine.arguments.dropFirst()))
            let isTerminal = isatty(STDERR_FILENO) == 1
            let summary = try FleetWriter(options, folder: folder).write { done in
                if isTerminal { report("\r\(done)/\(options.devices)") }
            }
            if isTerminal { report("\r") }
            print("\(summary.devices) devices, \(summary.requests) CSRs in \(folder)")
        } catch {
            report("FleetMaker: \(error)\n")
            exit(error.code == .usage ? 64 : 1)
        }
    }

    private static func parse(_ arguments: [String]) throws(RotationError) -> (FleetOptions, folder: String) {
        var options = FleetOptions(devices: 0, now: Timestamp(seconds: 1_796_083_200))
        var folder = ""
        var rest = arguments[...]
        while let name = rest.popFirst() {
            if name == "--help" || name == "-h" {
                print(usage)
                exit(0)
            }
            if name == "--uniform" {
                options.isUniform = true
                continue
            }
            guard let value = rest.popFirst() else { throw wrong("\(name) has no value") }
            if name == "--out" {
                folder = value
            } else if try !take(name, value, &options) {
                throw wrong("\(name) is no option")
            }
        }
        guard options.devices > 0 else { throw wrong("--devices is missing") }
        guard !folder.isEmpty else { throw wrong("--out is missing") }
        return (options, folder)
    }

    /// False where there is no such option.
    private static func take(_ name: String, _ value: String, _ options: inout FleetOptions) throws(RotationError)
        -> Bool
    {
        func bad() -> RotationError { wrong("\(name) \(value) cannot be understood") }
        switch name {
        case "--devices":
            guard let count = Int(value), count > 0 else { throw bad() }
            options.devices = count
        case "--seed":
            guard let seed = UInt64(value) else { throw bad() }
            options.seed = seed
        case "--now":
            guard let now = Timestamp(rfc3339: value) else { throw bad() }
            options.now = now
        case "--csr":
            guard let share = Double(value), (0...1).contains(share) else { throw bad() }
            options.csrShare = share
        case "--left":
            guard value != "mixed" else { return true }
            guard let days = Double(value), abs(days) < 10_000 else { throw bad() }
            options.left = .days(days)
        case "--signed":
            guard value == "yes" || value == "no" else { throw bad() }
            options.signsRequests = value == "yes"
        case "--keys":
            guard value == "yes" || value == "no" else { throw bad() }
            options.writesKeys = value == "yes"
        default: return false
        }
        return true
    }

    private static func wrong(_ message: String) -> RotationError {
        RotationError(.usage, message, advice: "see --help")
    }

    private static func report(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
