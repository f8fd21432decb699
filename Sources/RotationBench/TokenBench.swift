import Foundation
import PKI
import RotationModel
import RotationTesting

/// A whole `run` with the authority's key in a token of SoftHSM, held against what the token alone can do, on as many threads.
struct TokenBench {
    let workspace: RunWorkspace
    let raw: RawMeasurement

    private static let module = "/usr/lib/softhsm/libsofthsm2.so"
    private static let pin = "24680135"
    private static let uri = "pkcs11:token=bench;object=ca"

    func printTable() async throws {
        try workspace.make()
        let token = try TokenBench.makeToken(in: workspace)
        let cores = ProcessInfo.processInfo.activeProcessorCount
        let alone = try await TokenBench.signatures(threads: 1)
        let together = try await TokenBench.signatures(threads: cores)

        try workspace.time(["inventory", "import", "fleet.ndjson"])
        let running = try workspace.time(["run", "--at", RunWorkspace.now.rfc3339], environment: token)
        try workspace.checkManifests()
        let rate = Double(workspace.count) / running
        // SoftHSM works on the same cores: beside the token's signature there are the CSR's verification, that of the signature in the
        // certificate, and the manifest's signature by a key in a file.
        let possible = Double(cores) / (Double(cores) / together + 2 * raw.verify + raw.sign)

        print(Measuring.row("\(workspace.count) devices, \(cores) cores", ["seconds", "per second"]))
        show("token alone, 1 thread", alone)
        show("token alone, \(cores) threads", together)
        print(Measuring.row("run", [String(format: "%.2f", running), String(format: "%.0f", rate)]))
        print(Measuring.row("run, of the token alone", ["", String(format: "%.0f%%", 100 * rate / together)]))
        show("it, 2 verify and 1 sign, raw", possible)
        print(Measuring.row("run, of that", ["", String(format: "%.0f%%", 100 * rate / possible)]))
    }

    private func show(_ name: String, _ rate: Double) {
        print(Measuring.row(name, ["", String(format: "%.0f", rate)]))
    }

    // MARK: The token

    /// Sets up a token with the authority's key, for this process and for the job.
    ///
    /// - Returns: what the job's environment needs.
    private static func makeToken(in workspace: RunWorkspace) throws -> [String: String] {
        let folder = URL(fileURLWithPath: workspace.folder).path
        try FileManager.default.createDirectory(atPath: "\(folder)/tokens", withIntermediateDirectories: false)
        try Data("directories.tokendir = \(folder)/tokens\nlog.level = ERROR\n".utf8)
            .write(to: URL(fileURLWithPath: "\(folder)/softhsm2.conf"))
        let environment = ["SOFTHSM2_CONF": "\(folder)/softhsm2.conf", "BENCH_PIN": pin]
        for (name, value) in environment { setenv(name, value, 1) }
        for arguments in [
            ["--init-token", "--free", "--label", "bench", "--so-pin", "12345678", "--pin", pin],
            ["--import", "authorities/ca-1.key", "--token", "bench", "--label", "ca", "--id", "01", "--pin", pin],
        ] {
            let outcome = try ExternalProgram.run(["softhsm2-util"] + arguments, in: folder, environment: environment)
            guard outcome.status == 0 else {
                throw RotationError(
                    .io, "softhsm2-util ended with \(outcome.status): \(outcome.errors + outcome.text)", at: folder,
                    advice: "make setup-test installs it")
            }
        }
        try workspace.setKey("pkcs11: \"\(uri)\", module: \(module), pin: { env: BENCH_PIN }")
        return environment
    }

    /// Bare signatures a second: the best of five rounds of a second.
    private static func signatures(threads: Int) async throws -> Double {
        let key = try PrivateKey.load(
            token: PKCS11URI(uri), module: module, pin: Passphrase(bytes: Array(pin.utf8)))
        var best = 0.0
        for _ in 0..<5 { best = max(best, try await round(key, threads: threads)) }
        return best
    }

    private static func round(_ key: PrivateKey, threads: Int) async throws -> Double {
        try await withThrowingTaskGroup(of: Int.self) { group in
            let digest = SHA256.digest([1, 2, 3]).bytes
            let end = ContinuousClock.now + .seconds(1)
            for _ in 0..<threads {
                group.addTask {
                    let signing = try RawSigning(key: key, digest: digest)
                    var count = 0
                    while ContinuousClock.now < end {
                        guard !signing.sign().isEmpty else {
                            throw RotationError(.keyUnavailable, "the token does not sign")
                        }
                        count += 1
                    }
                    return count
                }
            }
            return try await Double(group.reduce(0, +))
        }
    }
}
