import RotationModel

extension NameAttribute {
    /// Its attribute type (RFC 4519, RFC 5280 Appendix A).
    var objectIdentifier: ObjectIdentifier {
        switch self {
        case .commonName: Self.identifiers.commonName
        case .organization: Self.identifiers.organization
        case .organizationalUnit: Self.identifiers.organizationalUnit
        case .country: Self.identifiers.country
        case .stateOrProvince: Self.identifiers.stateOrProvince
        case .locality: Self.identifiers.locality
        case .street: Self.identifiers.street
        case .domainComponent: Self.identifiers.domainComponent
        case .userID: Self.identifiers.userID
        case .serialNumber: Self.identifiers.serialNumber
        }
    }

    /// The attribute of a type's content octets, or nil where it has no short name here.
    init?(objectIdentifier content: ArraySlice<UInt8>) {
        guard let known = NameAttribute.allCases.first(where: { content == $0.objectIdentifier }) else { return nil }
        self = known
    }

    /// The string type that RFC 5280 wants for a value (UTF8String where it leaves the choice).
    func stringTag(for value: String) -> UInt8 {
        switch self {
        case .country, .serialNumber: NameAttribute.isPrintable(value) ? 0x13 : 0x0C
        case .domainComponent: value.utf8.allSatisfy { $0 < 0x80 } ? 0x16 : 0x0C
        default: 0x0C
        }
    }

    /// Whether X.680's PrintableString can hold the text.
    private static func isPrintable(_ text: String) -> Bool {
        text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: " '()+,-./:=?".utf8.contains(byte)
            }
        }
    }

    private static let identifiers = (
        commonName: ObjectIdentifier(2, 5, 4, 3), organization: ObjectIdentifier(2, 5, 4, 10),
        organizationalUnit: ObjectIdentifier(2, 5, 4, 11), country: ObjectIdentifier(2, 5, 4, 6),
        stateOrProvince: ObjectIdentifier(2, 5, 4, 8), locality: ObjectIdentifier(2, 5, 4, 7),
        street: ObjectIdentifier(2, 5, 4, 9), domainComponent: ObjectIdentifier(0, 9, 2342, 19_200_300, 100, 1, 25),
        userID: ObjectIdentifier(0, 9, 2342, 19_200_300, 100, 1, 1), serialNumber: ObjectIdentifier(2, 5, 4, 5)
    )
}
