import Fleet
import PKI
import RotationModel

/// RSA keys of the fleet that share a prime: whoever has two of their certificates computes both private keys in no time.
package struct KeyCheck: Sendable {
    /// Who has a key: in a certificate, or in a CSR that waits.
    package struct Holder: Sendable, Equatable {
        package let device: DeviceID
        /// Nil where it is a CSR.
        package let certificate: Fingerprint?
        package let status: CertificateStatus?
    }

    package struct Key: Sendable, Equatable {
        package let fingerprint: KeyFingerprint
        package let holders: [Holder]
    }

    /// Different keys with one prime. The prime itself is told nobody.
    package struct SharedPrime: Sendable, Equatable {
        /// Two or more.
        package let keys: [Key]
    }

    /// How many different RSA moduli there are.
    package let keys: Int
    package let sharedPrimes: [SharedPrime]

    static func perform(_ inventory: any FleetStore, observer: any RunObserver) throws -> KeyCheck {
        var found = Moduli()
        observer.began(.readKeys, total: try inventory.fleetKeyCount())
        try inventory.forEachFleetKey { key in
            found.add(key)
            observer.advanced(.readKeys, by: 1)
        }
        observer.ended(.readKeys)
        let total = found.moduli.count
        observer.began(.comparePrimes, total: total)
        var done = 0
        let shared = try SharedPrimes.find(in: found.moduli) { share in
            let reached = Int(share * Double(total))
            observer.advanced(.comparePrimes, by: reached - done)
            done = reached
        }
        observer.ended(.comparePrimes)
        return KeyCheck(
            keys: total,
            sharedPrimes: shared.map { finding in SharedPrime(keys: finding.moduli.map(found.key)) })
    }

    /// The RSA moduli of a fleet, each once.
    private struct Moduli {
        private(set) var moduli: [[UInt8]] = []
        /// Who has which, in the same order.
        private var holders: [(fingerprint: KeyFingerprint, holders: [Holder])] = []
        private var places: [KeyIdentity: Int] = [:]

        func key(_ place: Int) -> Key { Key(fingerprint: holders[place].fingerprint, holders: holders[place].holders) }

        mutating func add(_ key: FleetKey) {
            guard let publicKey = Moduli.publicKey(key.body), let modulus = publicKey.rsaModulus else { return }
            let holder = Holder(device: key.device, certificate: key.certificate, status: key.status)
            if let place = places[publicKey.identity] {
                holders[place].holders.append(holder)
            } else {
                places[publicKey.identity] = moduli.count
                moduli.append(modulus)
                holders.append((key.key, [holder]))
            }
        }

        /// One that cannot be read has no modulus.
        private static func publicKey(_ body: FleetKey.Body) -> PublicKeyInfo? {
            switch body {
            case .certificate(let der): try? Certificate(inFieldReading: der).publicKey
            case .request(let spki): try? PublicKeyInfo(der: spki)
            }
        }
    }
}

extension Workspace {
    /// Looks for RSA keys in the inventory that share a prime. Changes nothing.
    ///
    /// - Throws: ``RotationModel/RotationError/Code/cryptography`` where the memory does not suffice.
    package func checkKeys(observer: any RunObserver) throws -> KeyCheck {
        try KeyCheck.perform(openInventory(.readOnly), observer: observer)
    }
}
