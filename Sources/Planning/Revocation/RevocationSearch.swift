import Fleet
import RotationModel

/// Follows one revocation from the certificates that it names to all that hang on them.
///
/// A thief who has a key can renew its certificate, with another key if he likes; so a revocation for keyCompromise goes down
/// the lineage, and to whatever else has one of these keys. It stops at the certificates that were issued because of this
/// very revocation: they are what the fleet is to go on with.
struct RevocationSearch {
    private let revocation: RevocationInForce
    private let snapshot: any FleetView
    /// By row.
    private(set) var found: [Int64: (certificate: RevocableCertificate, reach: RevocationReach)] = [:]
    private var queue: [RevocableCertificate] = []
    private var keys: Set<KeyReference> = []
    /// Whether a certificate descends from a replacement that this revocation caused, by row.
    private var replacements: [Int64: Bool] = [:]

    init(_ revocation: RevocationInForce, _ snapshot: any FleetView) {
        self.revocation = revocation
        self.snapshot = snapshot
    }

    /// Keys that must never be certified again.
    var refusedKeys: Set<KeyReference> { keys }

    /// - Parameters:
    ///   - seeds: the certificates that are named.
    ///   - compromised: keys that are known to be compromised, whoever has a certificate for them.
    mutating func follow(_ seeds: [RevocableCertificate], keys compromised: [KeyReference]) throws {
        for seed in seeds where try !isReplacement(seed) { try reach(seed, .matched) }
        guard revocation.reason.reachesDescendants else { return }
        // First down the lineage: a descendant is one, though its key is known from an earlier run.
        try followLineage()
        for key in compromised { try follow(key) }
        try followLineage()
    }

    private mutating func followLineage() throws {
        while !queue.isEmpty {
            var lineage: [RevocableCertificate] = []
            while let certificate = queue.popLast() {
                lineage.append(certificate)
                for renewed in try snapshot.certificates(renewing: certificate.row) where try !isReplacement(renewed) {
                    try reach(renewed, .descendant)
                }
            }
            for certificate in lineage { try follow(certificate.publicKey) }
        }
    }

    private mutating func follow(_ key: KeyReference) throws {
        guard keys.insert(key).inserted else { return }
        // A replacement with a compromised key is none.
        for twin in try snapshot.certificates(withKey: key.identity) { try reach(twin, .sharedKey) }
    }

    /// A certificate that several devices present goes for all of them, whichever of them was named.
    private mutating func reach(_ certificate: RevocableCertificate, _ reach: RevocationReach) throws {
        guard found[certificate.row] == nil else { return }
        for claim in try snapshot.certificates(withFingerprint: certificate.fingerprint) where found[claim.row] == nil {
            found[claim.row] = (claim, reach)
            queue.append(claim)
        }
    }

    /// Whether it was issued because of this revocation, or renews one that was.
    private mutating func isReplacement(_ certificate: RevocableCertificate) throws -> Bool {
        guard let order = revocation.order else { return false }
        var line: [Int64] = []
        var next: RevocableCertificate? = certificate
        var answer = false
        while let current = next {
            if let known = replacements[current.row] {
                answer = known
                break
            }
            line.append(current.row)
            if current.causedBy == order {
                answer = true
                break
            }
            next = try current.parent.flatMap { try snapshot.certificate(row: $0) }
        }
        for row in line { replacements[row] = answer }
        return answer
    }
}
