import Fleet
import Policy
import RotationModel

/// Finds the devices that a plan may have rows for: all that it has, and few others. The rest of the fleet is not looked at.
///
/// What is found is judged as it would be in a walk past the whole fleet (``FleetReading/walk``), so the plan is the same.
struct DueSearch {
    private let planner: Planner
    private let endings: AuthorityEndings
    private let snapshot: any FleetView
    private var selections: SelectionCache
    private var found: Set<Int64> = []

    init(_ planner: Planner, _ endings: AuthorityEndings) {
        (self.planner, self.endings, snapshot) = (planner, endings, planner.snapshot)
        selections = SelectionCache(policies: planner.policies, snapshot: planner.snapshot)
    }

    /// - Parameter contested: devices of whose CSRs nobody knows which is their own.
    /// - Returns: their rows, in ascending order.
    mutating func devices(contested: Set<Int64>) throws -> [Int64] {
        found = contested
        found.formUnion(planner.revocations.reached.keys)
        try snapshot.forEachUnusualDevice { found.insert($0) }
        try addListed()
        try snapshot.forEachCertificateClass { try add($0) }
        return found.sorted()
    }

    /// What hangs on a single certificate, and stands in a list for that.
    private mutating func addListed() throws {
        let policies = planner.policies.policies
        if policies.contains(where: \.looksForMalformedCertificates) {
            try snapshot.forEachDeviceWithMalformedCertificate { found.insert($0) }
        }
        if policies.contains(where: \.looksForSharedKeys) {
            try snapshot.forEachDeviceWithSharedKey { found.insert($0) }
        }
        for key in planner.authorities.weakKeys {
            try snapshot.forEachDevice(withKey: key) { found.insert($0) }
        }
    }

    private mutating func add(_ alike: CertificateClass) throws {
        let candidates = try selections.candidates(
            labelSet: alike.labelSet, account: alike.account, issuer: alike.issuer)
        let kind = CertificateKind(
            key: alike.key, keyWeakness: alike.keyWeakness, signature: alike.signature,
            isSignatureWeak: alike.isSignatureWeak, issuer: try snapshot.issuerName(alike.issuer),
            authorityEnd: endings.end(ofIssuer: alike.issuer), longestLifetime: alike.longestLifetime)
        guard let deciding = planner.policies.soleSelection(among: candidates) else {
            return try add(alike, kind, decidedByName: candidates)
        }
        let suspicion = planner.policies.policies[deciding].suspicion(of: kind, at: planner.at)
        for range in suspicion.ranges {
            try snapshot.forEachDevice(ofClass: alike.row, ending: range) { found.insert($0) }
        }
    }

    /// Where a device's id says which policy decides, or whether one does.
    private mutating func add(
        _ alike: CertificateClass, _ kind: CertificateKind, decidedByName candidates: [Int]
    ) throws {
        if candidates.isEmpty {
            let always = Timestamp(seconds: .min)...Timestamp(seconds: .max)
            return try snapshot.forEachDevice(ofClass: alike.row, ending: always) { found.insert($0) }
        }
        let suspicions = Dictionary(
            uniqueKeysWithValues: candidates.map {
                ($0, planner.policies.policies[$0].suspicion(of: kind, at: planner.at))
            })
        try snapshot.forEachDeviceID(ofClass: alike.row) { row, device, notAfter in
            if case .one(let index) = planner.policies.select(among: candidates, device: device),
                suspicions[index]?.contains(notAfter: notAfter) == false
            {
                return
            }
            found.insert(row)
        }
    }
}

/// How a plan comes by the devices that it has rows for. The plan is the same.
package enum FleetReading: Sendable {
    /// By what the inventory lists of them.
    case search
    /// By looking at every device.
    case walk
}
