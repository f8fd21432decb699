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
        let issuing = try TokenBench.certificates(key, threads: threads, count: workspace.count)

        try workspace.time(["inventory", "import", "fleet.ndjson"])
        let before = TokenBench.processorSeconds(of: RUSAGE_CHILDREN)
        let seconds = try workspace.time(["run", "--at", RunWorkspace.now.rfc3339], environment: token)
        let processor = TokenBench.processorSeconds(of: RUSAGE_CHILDREN) - before
        try workspace.checkManifests()
        let count = Double(workspace.count)
        let running = Rate(perSecond: count / seconds, processorSeconds: processor / count)
        // SoftHSM works on the same cores. A certificate takes a verification beside the token's signature, of what the token made; a device
        // of a run takes that of its CSR, too, and the manifest's signature by a key in a file.
        func possible(beside more: Double) -> Rate {
            Rate(
                perSecond: Double(cores) / (Double(cores) / together.perSecond + more),
                processorSeconds: together.processorSeconds + more)
        }

        print(
            Measuring.row("\(workspace.count) devices, \(cores) cores", ["per second", "processor µs", "of the token"]))
        for (name, rate) in [
            ("token alone, 1 thread", alone), ("token alone, \(threads) threads", together),
            ("token and 1 verify, raw", possible(beside: raw.verify)), ("certificates", issuing),
            ("token, 2 verify and 1 sign, raw", possible(beside: 2 * raw.verify + raw.sign)), ("run", running),
        ] {
            let share = String(
                format: "%.0f%% (%.0f%%)", 100 * rate.perSecond / together.perSecond,
                100 * together.processorSeconds / rate.processorSeconds)
            print(
                Measuring.row(
                    name,
                    [String(format: "%.0f", rate.perSecond), Measuring.microseconds(rate.processorSeconds), share]))
        }
        print("In brackets by processor time, which others that work on the machine do not change.")
    }

    /// How fast something is made.
    private struct Rate {
        let perSecond: Double
        /// What one takes of all cores.
        let processorSeconds: Double
    }

    /// What this process, or its ended children, took of all cores.
    private static func processorSeconds(of whom: __rusage_who) -> Double {
        var usage = rusage()
        getrusage(whom.rawValue, &usage)
        return [usage.ru_utime, usage.ru_stime].reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) * 1e-6 }
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

    /// Bare signatures: the best of five rounds of a second.
    private static func signatures(_ key: PrivateKey, threads: Int) throws -> Rate {
        try best(of: 5) {
            let end = ContinuousClock.now + .seconds(1)
            return try together(threads) {
                let signing = try RawSigning(key: key, signature: .ecdsaWithSHA256)
                var count = 0
                while ContinuousClock.now < end {
                    guard signing.sign() > 0 else {
                        throw RotationError(.keyUnavailable, "the token does not sign", at: uri)
                    }
                    count += 1
                }
                return count
            }
        }
    }

    /// Certificates, each signed by the token, verified and read: the best of three rounds.
    private static func certificates(_ key: PrivateKey, threads: Int, count: Int) throws -> Rate {
        let now = RunWorkspace.now
        let certificate = try SelfSigned.authority(
            subject: ThrowawayPKI.name("Bench CA"), key: key, notBefore: now, notAfter: now + .days(365),
            serial: ThrowawayPKI.serial("bench"))
        let authority = try Authority(name: "bench", certificate: certificate, key: key)
        let profile = CertificateProfile(
            signature: .ecdsaWithSHA256, keyUsage: [.digitalSignature], extendedKeyUsage: [.clientAuth])
        let device = try PrivateKey.generate(.ecdsaP256).publicKey
        let subject = ThrowawayPKI.name("sensor-eu-000001")
        return try best(of: 3) {
            let next = Atomic(0)
            return try together(threads) {
                let signer = try CertificateSigner(authority: authority, profile: profile)
                var random = SystemRandomNumberGenerator()
                var made = 0
                while next.wrappingAdd(1, ordering: .relaxed).oldValue < count {
                    _ = try signer.sign(
                        CertificateOrder(
                            serialNumber: .random(using: &random), subject: subject,
                            subjectAlternativeNames: [.uri("urn:device:sensor-eu-000001")], notBefore: now,
                            notAfter: now + .days(90), publicKey: device))
                    made += 1
                }
                return made
            }
        }
    }

    /// - Parameter round: says how many it made.
    private static func best(of rounds: Int, _ round: () throws -> Int) throws -> Rate {
        var best = Rate(perSecond: 0, processorSeconds: .infinity)
        for _ in 0..<rounds {
            let (start, before) = (ContinuousClock.now, processorSeconds(of: RUSAGE_SELF))
            let made = Double(try round())
            let taken = start.duration(to: .now).components
            best = Rate(
                perSecond: max(
                    best.perSecond, made / (Double(taken.seconds) + Double(taken.attoseconds) * 1e-18)),
                processorSeconds: min(best.processorSeconds, (processorSeconds(of: RUSAGE_SELF) - before) / made))
        }
        return best
    }

    /// Has threads of its own work, as the job has: a token may keep each of them waiting.
    ///
    /// - Returns: the sum of what they made.
    private static func together(_ threads: Int, _ work: @escaping @Sendable () throws -> Int) throws -> Int {
        let all = Mutex(Result<Int, any Error>.success(0))
        let ended = DispatchSemaphore(value: 0)
        for _ in 0..<threads {
            Thread.detachNewThread {
                let made = Result { try work() }
                all.withLock { all in all = all.flatMap { sum in made.map { sum + $0 } } }
                ended.signal()
            }
        }
        for _ in 0..<threads { ended.wait() }
        return try all.withLock { try $0.get() }
    }
}
