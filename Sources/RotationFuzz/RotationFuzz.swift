import Foundation
import FuzzTargets

/// Fuzzes one of the parsers of strangers' input: `RotationFuzz TARGET …`.
///
/// Built with ROTATION_FUZZER (`make fuzz`), the rest of the arguments are libFuzzer's, and coverage leads the search. Otherwise they
/// are SECONDS FOLDER [SEED]: the inputs in the folder are read, then changes of them until the time is over.
@main
struct RotationFuzz {
    static func main() throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        guard let name = arguments.first, let target = FuzzTarget(rawValue: name) else {
            stop("name a target: \(FuzzTarget.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        #if LIBFUZZER
        try LibFuzzerDriver.run(target, Array(arguments.dropFirst()))
        #else
        guard arguments.count > 2, let seconds = Double(arguments[1]) else {
            stop("\(name) SECONDS FOLDER [SEED]")
        }
        var driver = try SeededDriver(
            target, folder: arguments[2],
            seed: arguments.count > 3 ? UInt64(arguments[3]) ?? 1 : UInt64.random(in: 0...UInt64.max))
        do {
            try driver.run(for: .seconds(seconds))
        } catch {
            stop("\(name), seed \(driver.seed): \(error); the input is in \(driver.current.path)")
        }
        print("\(name): \(driver.tried) inputs, \(driver.accepted) of them accepted, seed \(driver.seed)")
        #endif
    }

    private static func stop(_ text: String) -> Never {
        FileHandle.standardError.write(Data("RotationFuzz: \(text)\n".utf8))
        exit(1)
    }
}
