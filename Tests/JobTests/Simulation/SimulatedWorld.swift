import Fleet
import PKI
import RotationModel
import RotationTesting

/// How a device keeps to what it should do.
enum Temperament: Equatable {
    case prompt
    /// Answers each manifest after so many days.
    case slow(Int)
    /// Is silent for one to four months now and then.
    case sleeper
    /// Never answers.
    case dead
    /// Hands in rubbish whenever it has nothing proper to hand in.
    case vandal
    /// Crashes between two steps.
    case forgetful
}

/// The fleet of a simulation, and the rules that it lives under.
struct SimulatedWorld {
    var devices = 1000
    var days = 730
    var seed: UInt64 = 2211

    /// The day on which the stolen lot becomes known; from then on a rule stands in the policy file.
    var theftDay: Int { days * 400 / 730 }

    /// The day on which the rule is taken out again. What it revoked stays revoked.
    var amnestyDay: Int { theftDay + 100 }

    static let lot = "2211"
    static let renewBefore = TimeSpan.days(30)
    static let spread = TimeSpan.days(7)
    static let overlap = TimeSpan.days(7)
    static let deadline = TimeSpan.days(10)
    /// How long a device that was silent gets before it must be in again: to read, to ask, to install, to be confirmed.
    static let graceDays = 5

    /// The time of the daily run.
    static func run(_ day: Int) -> Timestamp { TestFleet.now + .days(Int64(day)) + .hours(2) }
    /// When devices look what there is for them.
    static func visit(_ day: Int) -> Timestamp { TestFleet.now + .days(Int64(day)) + .hours(14) }

    /// The policy file.
    ///
    /// - Parameter revoking: whether the rule about the stolen lot stands in it.
    func policies(revoking: Bool) -> String {
        let expiry = "{ renewBefore: 30d, spread: 7d, overlap: 7d, confirmWithin: 14d, expired: replace }"
        let compliance = """
            { key: replace, signature: replace, sharedKey: replace, issuer: replace, age: { over: 365d, do: report }, \
            superseded: retire }
            """
        let sensors = PolicyText(expiry: expiry, compliance: compliance, rollout: "{ batch: 200 }")
        let pumps = PolicyText(
            name: "pumps", priority: 20, match: "{ labels: { product: pump } }", expiry: expiry,
            compliance: compliance, rekey: "allowed", rollout: "{ batch: 10 }")
        let rule = """
            revocations:
              - name: stolen-lot-2211
                match: { labels: { lot: "\(SimulatedWorld.lot)" } }
                certificates: { issuedBefore: "\(SimulatedWorld.run(theftDay).rfc3339)" }
                reason: keyCompromise
                mode: replace-then-revoke
                deadline: 10d

            """
        return policyFile([sensors, pumps]) + (revoking ? rule : "")
    }

    /// Makes the workspace, and the devices with their first certificates.
    func settle() throws -> (fleet: TestFleet, residents: [Resident]) {
        let fleet = try TestFleet(
            policies: policies(revoking: false), limits: "{ issue: 100000, revoke: 10% }",
            authority: "crl: { url: \"http://crl.example.com/fleet-ca-1.crl\", validity: 7d, shards: 2 }",
            inMemory: true)
        var generator = SeededGenerator(seed: seed)
        var residents: [Resident] = []
        for number in 0..<devices {
            let plan = Plan(number: number, of: devices, using: &generator)
            let key = try PrivateKey.generate(plan.firstKey)
            // Enough is left that the slowest can answer in time.
            let left = TimeSpan(seconds: Int64.random(in: 39 * 86_400..<89 * 86_400, using: &generator))
            let labels = ["product": plan.isPump ? "pump" : "sensor", "lot": plan.isStolen ? SimulatedWorld.lot : "1"]
            let identity: SimulatedDevice.Identity
            if plan.isTwin, let sibling = residents.last {
                // Two devices with one certificate and one key: the policy wants each to have its own.
                identity = sibling.device.current
                fleet.share(identity.certificate, with: plan.id)
            } else {
                identity = SimulatedDevice.Identity(
                    key: key, certificate: try fleet.add(plan.id, left: left, key: key, labels: labels))
            }
            residents.append(
                Resident(
                    SimulatedDevice(
                        id: DeviceID(checked: plan.id), account: "111122223333",
                        manifestKey: fleet.manifestKey.publicKey, authorityKey: fleet.pki.key.publicKey,
                        current: identity),
                    plan.temperament, algorithm: plan.algorithm, isPump: plan.isPump, isStolen: plan.isStolen,
                    twin: plan.isTwin ? residents.last?.device.id : nil, workspace: fleet.folder.path,
                    seed: generator.next()))
        }
        try fleet.load()
        return (fleet, residents.sorted { $0.device.id < $1.device.id })
    }

    /// What a device is like.
    private struct Plan {
        let id: String
        let temperament: Temperament
        let algorithm: KeyAlgorithm
        let isPump: Bool
        let isStolen: Bool
        let isTwin: Bool
        /// Of the certificate that it comes with.
        let firstKey: KeyAlgorithm

        init(number: Int, of count: Int, using generator: inout SeededGenerator) {
            let wild = [0: "../../etc/pump", 1: ".hidden", 2: "gerät 7/ü", 3: "100%.jws"]
            id = wild[number % 250].map { "\($0)-\(number)" } ?? "device-\(String(number + 100_000).dropFirst())"
            let slow = Int.random(in: 2...13, using: &generator)
            let drawn: Temperament = generator.pick([
                (.prompt, 68), (.slow(slow), 12), (.sleeper, 10), (.dead, 2), (.vandal, 3), (.forgetful, 5),
            ])
            isTwin = number % 100 == 51
            let isSibling = number % 100 == 50
            temperament = isTwin || isSibling ? .prompt : drawn
            isStolen = number % 25 == 7
            // Who stays with his key hands in nothing, and rubbish of his would be asked for.
            isPump = number % 10 == 3 && temperament != .vandal && temperament != .forgetful
            algorithm =
                [33, 35].contains(number % 500) ? .rsa(bits: 2048) : number % 20 == 11 ? .ecdsaP384 : .ecdsaP256
            firstKey = number % 200 == 77 ? .rsa(bits: 1024) : algorithm
        }
    }
}
