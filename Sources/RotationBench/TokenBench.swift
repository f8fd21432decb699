import Foundation
import PKI
import RotationModel
import RotationTesting
import Synchronization

/// A whole `run` with the authority's key in a token of SoftHSM, held against what the token alone can do, on as many threads.
struct TokenBench {
    let workspace: RunWorkspace
    let raw: RawMeasurement

    private static let module = "/usr/lib/softhsm/libsofthsm2.so"
    private static let pin = "24680135"
    private static let uri = "pkcs11:token=bench;object=ca"

    func printTable() throws {
        try workspace.make()
        let token = try TokenBench.makeToken(in: workspace)
        let cores = ProcessInfo.processInfo.activeProcessorCount
        let key = try PrivateKey.load(
            token: PKCS11URI(TokenBench.uri), module: TokenBench.module,
            pin: Passphrase(bytes: Array(TokenBench.pin.utf8)))
        let threads = key.tokenSessions ?? cores
        let alone = try TokenBench.signatures(key, threads: 1)
        let together = try TokenBench.signatures(key, threads: threads)

        try workspace.time(["inventory", "import", "fleet.ndjson"])
        let before = TokenBench.processorSeconds
        let running = try workspace.time(["run", "--at", RunWorkspace.now.rfc3339], environment: token)
        let processor = TokenBench.processorSeconds - before
        try workspace.checkManifests()
        let rate = Double(workspace.count) / running
        // SoftHSM works on the same cores: beside the token's signature there are two verifications (the CSR's, and that of what the
        // token made) and the manifest's signature by a key in a file.
        let possible = Double(cores) / (Double(cores) / together + 2 * raw.verify + raw.sign)

        print(Measuring.row("\(workspace.count) devices, \(cores) cores", ["seconds", "per second"]))
        show("token alone, 1 thread", alone)
        show("token alone, \(threads) threads", together)
        show("it, 2 verify and 1 sign, raw", possible)
        show("run", rate, seconds: running)
        // What the run would make of a machine that has nothing else to do.
        show("run, by its processor time", Double(cores * workspace.count) / processor, seconds: processor)
        print(Measuring.row("run, of the token alone", ["", String(format: "%.0f%%", 100 * rate / together)]))
    }

    /// What this process' ended children took of all cores.
    private static var processorSeconds: Double {
        var usage = rusage()
        getrusage(RUSAGE_CHILDREN.rawValue, &usage)
        return [usage.ru_utime, usage.ru_stime].reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) * 1e-6 }
    }

    private func show(_ name: String, _ rate: Double, seconds: Double? = nil) {
        print(
            Measuring.row(
                name, [seconds.map { String(format: "%.2f", $0) } ?? "", String(format: "%.0f", rate)]))
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
    private static func signatures(_ key: PrivateKey, threads: Int) throws -> Double {
        var best = 0
        for _ in 0..<5 { best = max(best, try round(key, threads: threads)) }
        return Double(best)
    }

    private static func round(_ key: PrivateKey, threads: Int) throws -> Int {
        let end = ContinuousClock.now + .seconds(1)
        let made = Mutex<Int?>(0)
        let ended = DispatchSemaphore(value: 0)
        // Threads of its own, as the job has: a token may keep each of them waiting.
        for _ in 0..<threads {
            Thread.detachNewThread {
                let signing = try? RawSigning(key: key, signature: .ecdsaWithSHA256)
                var count: Int? = 0
                while ContinuousClock.now < end, let sofar = count {
                    count = (signing?.sign() ?? 0) > 0 ? sofar + 1 : nil
                }
                made.withLock { all in all = all.flatMap { all in count.map { all + $0 } } }
                ended.signal()
            }
        }
        for _ in 0..<threads { ended.wait() }
        guard let made = made.withLock({ $0 }) else {
            throw RotationError(.keyUnavailable, "the token does not sign", at: uri)
        }
        return made
    }
}
