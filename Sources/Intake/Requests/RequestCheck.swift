import Delivery
import Fleet
import PKI
import Planning
import Policy
import RotationModel

/// Decides whether a CSR is taken: whose it is, and whether that device may have a certificate for this key.
///
/// What comes of it does not depend on how many files are judged at once.
struct RequestCheck {
    let policies: PolicySet
    let at: Timestamp
    let revocations: RevocationScope?
    /// Replacements whose confirmations a dry run found, by row.
    let confirmed: Set<Int64>
    private var claims = KeyClaims()
    private var senders = Senders()
    /// Looked up once: what lies there since before the run is known when it begins.
    private var leftBehind: Set<String>?

    /// - Parameter revocations: those in force; nil where the inventory has recorded which keys they refuse.
    init(policies: PolicySet, at: Timestamp, revocations: RevocationScope? = nil, confirmed: Set<Int64> = []) {
        (self.policies, self.at, self.revocations, self.confirmed) = (policies, at, revocations, confirmed)
    }

    static let keyInUse = RequestRefusal(
        .keyInUse, "another device has this key; make a new one on the device itself")

    package enum Outcome {
        case take(TakenRequest)
        /// It is kept beside another of the device with another key, and neither is answered.
        case contest(TakenRequest, RequestRefusal, IntakeContext)
        /// The inventory has this very request, or a certificate for it: the file can go.
        case known
        case refuse(RequestRefusal, IntakeContext?)
    }

    struct Outcomes {
        /// In the order of the readings.
        var outcomes: [Outcome] = []
        /// CSRs that were taken before and are not answered after all.
        var withdrawn: [WithdrawnRequest] = []
    }

    mutating func evaluate(
        _ readings: [RequestReader.Reading], _ snapshot: any FleetView
    ) throws -> Outcomes {
        var judged = Outcomes()
        claims.beginBatch()
        if leftBehind == nil { leftBehind = try snapshot.filesLeftBehind() }
        for (index, reading) in readings.enumerated() {
            let (outcome, context) = try outcome(reading, snapshot)
            judged.outcomes.append(outcome)
            guard let context, let request = outcome.request else { continue }
            let contest = try claims.add(request, context, at: index, snapshot)
            for loser in contest.losers {
                if let place = loser.place {
                    judged.outcomes[place] = .refuse(RequestCheck.keyInUse, loser.context)
                } else {
                    judged.withdrawn.append(
                        WithdrawnRequest(
                            deviceRow: loser.deviceRow, device: loser.device,
                            keyIdentity: request.keyIdentity, proof: loser.proof,
                            reason: RequestCheck.keyInUse.description))
                }
            }
            if !contest.isWon { judged.outcomes[index] = .refuse(RequestCheck.keyInUse, context) }
        }
        return judged
    }

    private mutating func outcome(
        _ reading: RequestReader.Reading, _ snapshot: any FleetView
    ) throws -> (Outcome, IntakeContext?) {
        let context = try senders.device(reading.sender, snapshot).flatMap { try snapshot.intakeContext($0) }
        do {
            let key = try reading.content.get()
            guard let context else {
                throw RequestRefusal(.unknownDevice, "the inventory has no device of that name")
            }
            if try isTaken(reading, snapshot) || isKnown(key, reading, context) { return (.known, context) }
            let session = RequestSessionRules(at: at, confirmed: confirmed)
            let authenticated = try reading.submission.map { mark in
                (mark: mark, certificate: try session.check(mark, context, snapshot, revocations))
            }
            let policy = try policy(for: context)
            if let (mark, certificate) = authenticated {
                try session.check(dates: certificate, mark, context, policy)
            }
            let signature = try reading.signature?.get()
            if let signature {
                try RequestSignatureRules(at: at).check(signature, context, policy, snapshot, revocations)
            }
            if signature == nil, authenticated == nil, policy.requests == .authenticated {
                throw RequestRefusal.unauthenticated(policy)
            }
            try check(key, context, policy, snapshot)
            let request = TakenRequest(
                deviceRow: context.deviceRow, device: context.device, spki: key.der, keyFingerprint: key.fingerprint,
                keyIdentity: key.identity, algorithm: key.algorithm, csr: reading.csr, signed: signature?.mark,
                session: authenticated?.mark.session.notLater(than: at))
            return (try place(request, context), context)
        } catch let refusal as RequestRefusal {
            return (.refuse(refusal, context), context)
        }
    }

    /// Whether a run took this very submission in and died before it removed it, or took this very file in and could not remove it.
    private func isTaken(_ reading: RequestReader.Reading, _ snapshot: any FleetView) throws -> Bool {
        if leftBehind?.has(reading.mark) == true { return true }
        guard let submission = reading.submission?.session.submission else { return false }
        return try snapshot.isTaken(submission: submission)
    }

    /// Whether the inventory has it already, as well proved as this is.
    private func isKnown(
        _ key: PublicKeyInfo, _ reading: RequestReader.Reading, _ context: IntakeContext
    ) -> Bool {
        if key.identity == context.pendingReplacementKey { return true }
        guard let waiting = context.waiting, key.identity == waiting.publicKey.identity else { return false }
        return (reading.signed == nil && reading.submission == nil) || waiting.proof.isProof
    }

    /// One that is proved to be the device's takes the place of whatever waits. Of others, none is worth more than another. Once one was answered, the next asks for
    /// another certificate in its place, as a device does that lost its new key; the plan shows it for a day.
    private func place(_ request: TakenRequest, _ context: IntakeContext) throws -> Outcome {
        if request.proof.isProof { return .take(request) }
        let differs = context.waiting.map { $0.publicKey.identity != request.keyIdentity } ?? false
        guard context.hasConflict || differs else { return .take(request) }
        if context.waiting?.proof.isProof == true {
            throw RequestRefusal(
                .conflictingRequests,
                "a request that is proved to be the device's waits already, and nothing proves this one")
        }
        return .contest(request, RequestRefusal.conflicting, context)
    }

    private func check(
        _ key: PublicKeyInfo, _ context: IntakeContext, _ policy: RotationPolicy, _ snapshot: any FleetView
    ) throws {
        guard policy.profile.allows(key.algorithm) else {
            throw RequestRefusal(
                .keyNotAllowed,
                "a key of kind \(key.algorithm.name) is not allowed; use \(policy.profile.keys.map(\.description).joined(separator: ", "))"
            )
        }
        if policy.rekey == .required && key.identity == context.current?.keyIdentity {
            throw RequestRefusal(.sameKey, "it has the key that is to be replaced; make a new one")
        }
        if context.ownKeys.contains(where: { $0.key == key.identity && $0.status == .revoked }) {
            throw RequestRefusal(.revokedKey, "a certificate with this key was revoked; make a new key")
        }
        if try snapshot.isRefused(key.identity, writtenAs: key.fingerprint) {
            throw RequestRefusal(
                .revokedKey, "this key was revoked as compromised and is never taken again; make a new key")
        }
        if try snapshot.isExposed(key.identity, of: context.deviceRow) {
            throw RequestRefusal.exposedEarlier
        }
        try checkUsage(key, policy.profile)
        // Whose it is stands in no file that devices or their gateways can read.
        if try snapshot.isCertified(key.identity, otherThan: context.deviceRow) { throw RequestCheck.keyInUse }
    }

    /// What signs only cannot have a certificate that says it does more.
    private func checkUsage(_ key: PublicKeyInfo, _ profile: IssuanceProfile) throws {
        let signing: [KeyUsage] = [.digitalSignature, .nonRepudiation]
        guard key.isForPSSAlone, let usage = profile.keyUsage.first(where: { !signing.contains($0) }) else { return }
        throw RequestRefusal(
            .keyNotAllowed,
            "its key is for RSASSA-PSS alone, and certificates of profile \(profile.name) are for \(usage.rawValue) too; "
                + "write the key as rsaEncryption")
    }

    private func policy(for context: IntakeContext) throws -> RotationPolicy {
        guard context.current != nil, let issuer = context.currentIssuer else {
            throw RequestRefusal(.noActiveCertificate, "the device has no ACTIVE certificate that could be replaced")
        }
        let candidates = policies.candidates(
            for: SelectorFacts(account: context.account.text, labels: context.labels.values, issuer: issuer))
        switch policies.select(among: candidates, device: context.device) {
        case .one(let index): return policies.policies[index]
        case .none: throw RequestRefusal(.noPolicy, "no policy covers the device")
        case .ambiguous(let indices):
            let names = indices.map { policies.policies[$0].name }.joined(separator: ", ")
            throw RotationError(
                .badInput, "policies \(names) have the same priority and match device \(context.device)",
                advice: "give one of them a higher priority, or narrow its match")
        }
    }
}

extension RequestCheck.Outcome {
    /// The CSR that is kept, if one is.
    fileprivate var request: TakenRequest? {
        switch self {
        case .take(let request), .contest(let request, _, _): request
        case .known, .refuse: nil
        }
    }
}

extension GateSession {
    /// A gate's clock that ran ahead must not turn away what the device signs in the meantime.
    fileprivate func notLater(than now: Timestamp) -> GateSession {
        GateSession(certificate: certificate, at: min(at, now), submission: submission)
    }
}

extension RequestRefusal {
    static let conflicting = RequestRefusal(
        .conflictingRequests,
        "CSRs with different keys were handed in for this device, and nothing shows which is its own: none is answered; hand one in that "
            + "is signed by the key of the current certificate")

    static let exposedEarlier = RequestRefusal(
        .privateKeyIncluded,
        "its private key was in a file of the inbox: that key is burnt, and must be made anew; it never leaves the device"
    )

    static func unauthenticated(_ policy: RotationPolicy) -> RequestRefusal {
        RequestRefusal(
            .unauthenticated,
            "policy \(policy.name) takes signed requests only: hand it in as NAME.jws, signed by the key of the current certificate"
        )
    }
}
