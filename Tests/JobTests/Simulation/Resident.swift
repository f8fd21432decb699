import Delivery
import PKI
import RotationModel
import RotationTesting
import System
import Testing

/// A device with its temperament, and what a test has to remember of it.
final class Resident {
    private(set) var device: SimulatedDevice
    let temperament: Temperament
    let algorithm: KeyAlgorithm
    let isPump: Bool
    let isStolen: Bool
    /// The device that came with the same certificate and key, if any.
    let twin: DeviceID?

    /// The keys that it ever handed in a CSR for, and those that it lost again.
    private(set) var requested: Set<KeyFingerprint> = []
    private(set) var lost: Set<KeyFingerprint> = []
    /// The certificates that it ever confirmed.
    private(set) var confirmed: Set<Fingerprint> = []
    private(set) var installedOn = -1
    private(set) var confirmedOn = -1
    /// Since when it is awake; nil while it is silent.
    private(set) var awakeSince: Int? = 0
    /// The file names under which it handed in what the next run has to reject.
    private(set) var rubbish: Set<String> = []

    private let workspace: String
    private let manifestPath: String
    private var stamp = FileStamp.missing
    private var generator: SeededGenerator
    private var wakesOn = 0
    private var dozesOn: Int
    /// What it puts off, and until when.
    private var putOff: (what: String, until: Int)?
    private var crashes = 0
    private var keptRequest: [UInt8]?
    /// Whether there is nothing to do before there is another manifest.
    private var isIdle = false

    init(
        _ device: SimulatedDevice, _ temperament: Temperament, algorithm: KeyAlgorithm, isPump: Bool, isStolen: Bool,
        twin: DeviceID? = nil, workspace: String, seed: UInt64
    ) {
        self.device = device
        self.temperament = temperament
        self.algorithm = algorithm
        self.isPump = isPump
        self.isStolen = isStolen
        self.twin = twin
        self.workspace = workspace
        manifestPath = "\(workspace)/delivery/\(device.manifestPath)"
        generator = SeededGenerator(seed: seed)
        dozesOn = Int.random(in: 10...200, using: &generator)
        if temperament == .dead { awakeSince = nil }
    }

    /// What it has handed in that is good: each a file and its folder.
    enum HandedIn { case request, confirmation }

    /// One day of its life.
    ///
    /// - Parameter neighbour: another device, whose files a vandal may pass off as its own.
    func visit(day: Int, neighbour: @autoclosure () -> Resident, vandal: Vandal, _ chronicle: Chronicle) throws {
        if !rubbish.isEmpty { rubbish = [] }
        let now = SimulatedWorld.visit(day)
        let isAwake = isAwake(on: day)
        let isNew = try lookForManifest()
        if isNew == nil, isIdle { return }
        guard isAwake else {
            if let isNew { try overhear(isNew, at: now, day, chronicle) }
            return
        }
        if let isNew {
            try read(isNew, at: now, day, chronicle)
        }
        let handed = try answer(day: day, at: now, chronicle)
        isIdle = temperament != .vandal && device.task == .nothing
        let isWaitedFor = installedOn == day && confirmedOn != day
        if temperament == .vandal, isWaitedFor || Int.random(in: 0..<7, using: &generator) == 0 {
            try smear(vandal, neighbour(), handed, at: now, chronicle)
        }
    }

    // MARK: Awake and asleep

    private func isAwake(on day: Int) -> Bool {
        guard temperament != .dead else { return false }
        guard temperament == .sleeper else { return true }
        if awakeSince != nil, day >= dozesOn {
            awakeSince = nil
            wakesOn = day + Int.random(in: 30...120, using: &generator)
            dozesOn = wakesOn + Int.random(in: 20...200, using: &generator)
        } else if awakeSince == nil, day >= wakesOn {
            awakeSince = day
            stamp = .missing
        }
        return awakeSince != nil
    }

    /// Whether it has had time enough to have a valid certificate, if the job did its part.
    func mustBeIn(on day: Int) -> Bool {
        guard let awakeSince else { return false }
        return awakeSince == 0 || day >= awakeSince + SimulatedWorld.graceDays
    }

    // MARK: Manifests

    /// The bytes of its manifest, where the file is another one than last time.
    private func lookForManifest() throws -> [UInt8]? {
        let found = FileStamp(manifestPath)
        guard found != stamp else { return nil }
        stamp = found
        guard found != .missing else { return nil }
        return try Files.read(manifestPath, limit: 1 << 20)
    }

    private func read(_ jws: [UInt8], at now: Timestamp, _ day: Int, _ chronicle: Chronicle) throws {
        do {
            try device.read(jws, at: now)
        } catch .expired(let expiry) {
            // One that says that there is nothing to do may grow old.
            let old = try device.peek(jws, after: device.lastSequence, at: expiry)
            if old.action != "none" { chronicle.wrong(day, device.id, "finds a manifest that expired at \(expiry)") }
        } catch {
            chronicle.wrong(day, device.id, "does not believe its manifest: \(error)")
        }
    }

    /// A manifest that nobody reads has to be right all the same.
    private var overheard = 0
    private func overhear(_ jws: [UInt8], at now: Timestamp, _ day: Int, _ chronicle: Chronicle) throws {
        do {
            overheard = try device.peek(jws, after: max(overheard, device.lastSequence), at: now).sequence
        } catch {
            chronicle.wrong(day, device.id, "could not believe the manifest that lies there: \(error)")
        }
    }

    // MARK: Answering

    private func answer(day: Int, at now: Timestamp, _ chronicle: Chronicle) throws -> HandedIn? {
        let task = device.task
        guard task != .nothing, !isPuttingOff(task, day) else { return nil }
        switch task {
        case .nothing:
            return nil
        case .request:
            let key = device.needsKey ? try PrivateKey.generate(algorithm) : nil
            let request = try device.request(key)
            keptRequest = request
            if let pending = device.pendingKey { requested.insert(pending.publicKey.fingerprint) }
            try put(request, "csr/\(device.fileName).csr")
            chronicle.count(.requested)
            if crash(chronicle) { losePendingKey() }
            return .request
        case .install:
            if device.pendingKey != nil, crash(chronicle) {
                // It comes up again without its key, and sees a certificate that is of no use to it.
                losePendingKey()
                return try answer(day: day, at: now, chronicle)
            }
            do {
                try device.install(at: now)
            } catch {
                chronicle.wrong(day, device.id, "cannot install its certificate: \(error)")
                return nil
            }
            installedOn = day
            chronicle.count(.installed)
            // What confirms falsely must not be taken for what confirms: while a proof is waited for, it could be.
            if temperament == .vandal, Int.random(in: 0..<2, using: &generator) == 0 { return nil }
            confirmedOn = day
            return try confirm(at: now, chronicle)
        case .confirm:
            confirmedOn = day
            return try confirm(at: now, chronicle)
        }
    }

    private func confirm(at now: Timestamp, _ chronicle: Chronicle) throws -> HandedIn {
        let isRepeated = !confirmed.insert(device.current.certificate.fingerprint).inserted
        try put(try device.confirmation(at: now), "ack/\(device.fileName).jws")
        if isRepeated { chronicle.count(.repeated) }
        if !isRepeated, temperament == .forgetful, crash(chronicle) { device.forgetAnswer() }
        return .confirmation
    }

    /// Slow devices let some days pass before they do something that they have not seen before.
    private func isPuttingOff(_ task: SimulatedDevice.Task, _ day: Int) -> Bool {
        guard case .slow(let days) = temperament else { return false }
        let manifest = device.manifest
        let what = "\(task) \(manifest?.certificate?.fingerprint.hex ?? manifest?.replaces ?? "")"
        if putOff?.what != what { putOff = (what, day + days) }
        return day < putOff?.until ?? day
    }

    /// The last CSR of which it has the certificate.
    private var certifiedRequest: [UInt8]? { device.pendingKey == nil ? keptRequest : nil }

    private func losePendingKey() {
        if let key = device.pendingKey { lost.insert(key.publicKey.fingerprint) }
        device.losePendingKey()
    }

    /// Whether a forgetful one crashes now. Not more than three times in a row.
    private func crash(_ chronicle: Chronicle) -> Bool {
        guard temperament == .forgetful else { return false }
        let crashes = self.crashes < 3 && Int.random(in: 0..<3, using: &generator) == 0
        self.crashes = crashes ? self.crashes + 1 : 0
        if crashes { chronicle.count(.crashed) }
        return crashes
    }

    // MARK: Rubbish

    private func smear(
        _ vandal: Vandal, _ neighbour: Resident, _ handed: HandedIn?, at now: Timestamp, _ chronicle: Chronicle
    ) throws {
        // A file of its own that is good must not be overwritten.
        guard handed == nil else { return }
        let piece = try vandal.piece(
            by: device, neighbour: neighbour.device, neighboursRequest: neighbour.certifiedRequest, at: now,
            isWaitedFor: installedOn > confirmedOn, using: &generator)
        try put(piece.bytes, piece.path)
        rubbish.insert(piece.path)
        chronicle.count(.rubbish)
    }

    private func put(_ bytes: [UInt8], _ path: String) throws {
        try FileStamp.write(bytes, "\(workspace)/inbox/\(path)")
    }
}
