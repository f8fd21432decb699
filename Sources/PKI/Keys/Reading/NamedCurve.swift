import RotationModel

/// The curves of NIST (FIPS 186-4) that devices and authorities may use.
enum NamedCurve: CaseIterable, Sendable {
    case p256
    case p384
    case p521

    init?(objectIdentifier content: ArraySlice<UInt8>) {
        guard let curve = NamedCurve.allCases.first(where: { content == $0.objectIdentifier }) else { return nil }
        self = curve
    }

    init?(_ algorithm: KeyAlgorithm) {
        guard let curve = NamedCurve.allCases.first(where: { $0.algorithm == algorithm }) else { return nil }
        self = curve
    }

    var objectIdentifier: ObjectIdentifier {
        switch self {
        case .p256: .p256
        case .p384: .p384
        case .p521: .p521
        }
    }

    var algorithm: KeyAlgorithm {
        switch self {
        case .p256: .ecdsaP256
        case .p384: .ecdsaP384
        case .p521: .ecdsaP521
        }
    }

    /// By NIST's name, which OpenSSL and JOSE know.
    var name: String {
        switch self {
        case .p256: "P-256"
        case .p384: "P-384"
        case .p521: "P-521"
        }
    }

    /// Bytes of a coordinate, and of each half of a signature.
    var coordinateSize: Int {
        switch self {
        case .p256: 32
        case .p384: 48
        case .p521: 66
        }
    }

    /// All of a SubjectPublicKeyInfo before an uncompressed point.
    var keyHeader: [UInt8] {
        switch self {
        case .p256: NamedCurve.headers.p256
        case .p384: NamedCurve.headers.p384
        case .p521: NamedCurve.headers.p521
        }
    }

    private static let headers = (
        p256: NamedCurve.p256.header(), p384: NamedCurve.p384.header(), p521: NamedCurve.p521.header()
    )

    private func header() -> [UInt8] {
        let point = [UInt8](repeating: 0, count: 1 + 2 * coordinateSize)
        let algorithm = DEREncoder.sequence(
            DEREncoder.objectIdentifier(.ecPublicKey), DEREncoder.objectIdentifier(objectIdentifier))
        return DEREncoder.sequence(algorithm, DEREncoder.bitString(point)).dropLast(point.count)
    }
}
