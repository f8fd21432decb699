/// The attributes of a distinguished name that a profile's subject may have, by their RFC 4514 (section 3) or X.520 names.
package enum NameAttribute: String, Sendable, CaseIterable {
    case commonName = "CN"
    case organization = "O"
    case organizationalUnit = "OU"
    case country = "C"
    case stateOrProvince = "ST"
    case locality = "L"
    case street = "STREET"
    case domainComponent = "DC"
    case userID = "UID"
    case serialNumber = "serialNumber"
}

/// One attribute and its value: a relative distinguished name of one element.
package struct NameComponent: Hashable, Sendable {
    package let attribute: NameAttribute
    package let value: String
    package init(_ attribute: NameAttribute, _ value: String) {
        self.attribute = attribute
        self.value = value
    }
}

/// A subject alternative name (RFC 5280, 4.2.1.6), of the kinds that a device certificate has.
package enum GeneralName: Hashable, Sendable {
    case dns(String)
    case uri(String)
    case email(String)
    /// 4 or 16 bytes.
    case ip([UInt8])
}

/// A purpose of a key (RFC 5280, 4.2.1.3), in the order of its bits.
package enum KeyUsage: String, Sendable, CaseIterable {
    case digitalSignature
    case nonRepudiation
    case keyEncipherment
    case dataEncipherment
    case keyAgreement
    case keyCertSign
    case cRLSign
    case encipherOnly
    case decipherOnly
}

/// A purpose of a certificate (RFC 5280, 4.2.1.12).
package enum ExtendedKeyUsage: String, Sendable, CaseIterable {
    case serverAuth
    case clientAuth
    case codeSigning
    case emailProtection
    case timeStamping
    case ocspSigning = "OCSPSigning"

    package var objectIdentifier: String {
        switch self {
        case .serverAuth: "1.3.6.1.5.5.7.3.1"
        case .clientAuth: "1.3.6.1.5.5.7.3.2"
        case .codeSigning: "1.3.6.1.5.5.7.3.3"
        case .emailProtection: "1.3.6.1.5.5.7.3.4"
        case .timeStamping: "1.3.6.1.5.5.7.3.8"
        case .ocspSigning: "1.3.6.1.5.5.7.3.9"
        }
    }
}
