import RotationModel

/// What a made fleet is to be like.
package struct FleetOptions: Sendable {
    /// How long the certificates have to go.
    package enum Left: Sendable {
        /// Of lifetimes of 30, 90, 365 and 730 days: some expired, about a quarter in their last third, most fresh.
        case mixed
        /// All alike, of a lifetime of 90 days.
        case days(Double)
        /// Of a lifetime of 90 days: 10 days for a share of the devices, from 0 to 1, and 31 to 89 for the others.
        case mostlyFresh(due: Double)
    }

    package var devices: Int
    /// Decides labels, states and dates. Keys are new each time.
    package var seed: UInt64 = 1
    package var now: Timestamp
    /// The share of devices for which a CSR waits, from 0 to 1.
    package var csrShare = 0.5
    package var left = Left.mixed
    /// Whether CSRs are signed by the devices' present keys (`csr/ID.jws`), where those can; the present keys are written too.
    package var signsRequests = false
    /// Whether the private keys of the CSRs are written too.
    package var writesKeys = true
    /// Every device alike: P-256, ACTIVE, one authority. Otherwise some have P-384, P-521 or RSA keys, one has RSA-1024, two share one
    /// key, and some are in every other state of the registry.
    package var isUniform = false

    package init(devices: Int, now: Timestamp) {
        self.devices = devices
        self.now = now
    }
}

/// One device of a made fleet, before it has keys.
struct DevicePlan {
    let id: String
    let account: String
    let product: String
    let region: String
    let stage: String
    let status: CertificateStatus
    let key: KeyAlgorithm
    let lifetime: TimeSpan
    let left: TimeSpan
    let hasRequest: Bool
    /// Whether it is given the key of the device before it.
    let sharesKey: Bool

    private static let products = ["sensor", "gateway", "camera", "pump"]
    private static let regions = ["eu", "us", "ap"]
    private static let accounts = ["111122223333", "444455556666"]

    /// The same for the same number, seed and options.
    init(number: Int, options: FleetOptions, using generator: inout SeededGenerator) {
        product = DevicePlan.products[number % 4]
        region = DevicePlan.regions[number / 4 % 3]
        account = DevicePlan.accounts[number / 12 % 2]
        let digits = String(number)
        id = "\(product)-\(region)-" + String(repeating: "0", count: max(0, 6 - digits.count)) + digits
        stage = Double.random(in: 0..<1, using: &generator) < 0.03 ? "lab" : "field"
        let mixedStatus: CertificateStatus = generator.pick([
            (.active, 94), (.inactive, 2), (.revoked, 1.5), (.pendingActivation, 1), (.pendingTransfer, 1),
            (.registerInactive, 0.5),
        ])
        status = options.isUniform ? .active : mixedStatus
        let mixedKey: KeyAlgorithm = generator.pick([
            (.ecdsaP256, 90), (.ecdsaP384, 8), (.ecdsaP521, 1.8), (.rsa(bits: 2048), 0.2),
        ])
        // Numbers 5 and 6 share a key, and 7 has a weak one.
        switch (options.isUniform, number) {
        case (true, _), (_, 5), (_, 6): key = .ecdsaP256
        case (_, 7): key = .rsa(bits: 1024)
        default: key = mixedKey
        }
        sharesKey = !options.isUniform && number == 6
        (lifetime, left) = DevicePlan.dates(options.left, using: &generator)
        hasRequest = Double.random(in: 0..<1, using: &generator) < options.csrShare
    }

    private static func dates(
        _ left: FleetOptions.Left, using generator: inout SeededGenerator
    ) -> (lifetime: TimeSpan, left: TimeSpan) {
        switch left {
        case .days(let days): return (.days(90), TimeSpan(seconds: Int64(days * 86_400)))
        case .mostlyFresh(let due):
            let isDue = Double.random(in: 0..<1, using: &generator) < due
            let days = isDue ? 10 : Double.random(in: 31..<89, using: &generator)
            return (.days(90), TimeSpan(seconds: Int64(days * 86_400)))
        case .mixed:
            let life = [30.0, 90, 365, 730][Int.random(in: 0..<4, using: &generator)]
            let range = generator.pick([(-40.0..<0, 3), (0..<0.34 * life, 27), (0.34 * life..<life - 0.01, 70)])
            let days = Double.random(in: range, using: &generator)
            return (TimeSpan(seconds: Int64(life * 86_400)), TimeSpan(seconds: Int64(days * 86_400)))
        }
    }
}
