import Fleet
import RotationModel

/// Follows one revocation from the certificates that it names to all that hang on them.
///
/// A thief who has a key can renew its certificate, with another key if he likes; so a revocation for keyCompromise goes down
/// the lineage, and to whatever else has one of these keys. It stops at the certificates that were issued because of this
/// very revocation: they are what the fleet is to go on with.
///
/// A standing rule reaches all that it ever revoked, run after run: of what is REVOKED, little is kept.
struct RevocationSearch {
    private let revocation: RevocationInForce
    private let snapshot: any FleetView
    /// The keys of certificates that several devices may present.
    private let sharedKeys: Set<KeyIdentity>
    /// The certificates that are not REVOKED, by row.
    private(set) var found: [Int64: (certificate: RevocableCertificate, reach: RevocationReach)] = [:]
    /// The rows of those that are, by how they are reached.
    private(set) var revoked: [RevocationReach: [Int64]] = [:]
    /// The rows of all.
    private var reached: Set<Int64> = []
    private var queue: [Reached] = []
    private var keys: Set<KeyReference> = []
    /// The keys of which it was known before.
    private var knownKeys: Set<KeyReference> = []
    /// Whether a certificate descends from a replacement that this revocation caused, by row; but for those that descend from none.
    private var replacements: [Int64: Bool] = [:]

    /// What is followed further of a certificate.
    private struct Reached {
        let row: Int64
        let key: KeyReference
    }

    init(_ revocation: RevocationInForce, _ snapshot: any FleetView, sharedKeys: Set<KeyIdentity>) {
        self.revocation = revocation
        self.snapshot = snapshot
        self.sharedKeys = sharedKeys
    }

    /// Keys that must never be certified again.
    var refusedKeys: Set<KeyReference> { keys }

    /// Of these, the ones that were not known to be compromised.
    var newlyRefusedKeys: Set<KeyReference> { keys.subtracting(knownKeys) }

    /// Takes a certificate that the revocation names.
    mutating func add(_ seed: RevocableCertificate) throws {
        if try !isReplacement(seed) { try reach(seed, .matched) }
    }

    /// Goes on from what was added.
    ///
    /// - Parameter compromised: keys that are known to be compromised, whoever has a certificate for them.
    mutating func follow(keys compromised: [KeyReference]) throws {
        guard revocation.reason.reachesDescendants else { return }
        knownKeys = Set(compromised)
        // First down the lineage: a descendant is one, though its key is known from an earlier run.
        try followLineage()
        for key in compromised { try follow(key) }
        try followLineage()
    }

    private mutating func followLineage() throws {
        while !queue.isEmpty {
            var lineage: [KeyReference] = []
            while let certificate = queue.popLast() {
                lineage.append(certificate.key)
                for renewed in try snapshot.certificates(renewing: certificate.row) where try !isReplacement(renewed) {
                    try reach(renewed, .descendant)
                }
            }
            for key in lineage { try follow(key) }
        }
    }

    private mutating func follow(_ key: KeyReference) throws {
        guard keys.insert(key).inserted else { return }
        // A replacement with a compromised key is none.
        for twin in try snapshot.certificates(withKey: key.identity) { try reach(twin, .sharedKey) }
    }

    /// A certificate that several devices present goes for all of them, whichever of them was named.
    private mutating func reach(_ certificate: RevocableCertificate, _ reach: RevocationReach) throws {
        guard !reached.contains(certificate.row) else { return }
        // Who presents the same certificate has the same key.
        guard sharedKeys.contains(certificate.publicKey.identity) else { return take(certificate, reach) }
        for claim in try snapshot.certificates(withFingerprint: certificate.fingerprint) { take(claim, reach) }
    }

    private mutating func take(_ certificate: RevocableCertificate, _ reach: RevocationReach) {
        guard reached.insert(certificate.row).inserted else { return }
        if certificate.status == .revoked {
            revoked[reach, default: []].append(certificate.row)
        } else {
            found[certificate.row] = (certificate, reach)
        }
        if revocation.reason.reachesDescendants {
            queue.append(Reached(row: certificate.row, key: certificate.publicKey))
        }
    }

    /// Whether it was issued because of this revocation, or renews one that was.
    private mutating func isReplacement(_ certificate: RevocableCertificate) throws -> Bool {
        guard let order = revocation.order else { return false }
        if certificate.parent == nil { return certificate.causedBy == order }
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
