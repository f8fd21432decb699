import Delivery
import Fleet
import PKI
import Policy
import RotationModel

/// Decides whether a CSR is taken: whose it is, and whether that device may have a certificate for this key.
struct RequestJudge {
    let policies: PolicySet
    /// Keys of the requests judged so far, so that two devices cannot hand in one key at the same time.
    private var seen: [KeyIdentity: DeviceID] = [:]
    private var senders = Senders()

    init(policies: PolicySet) {
        self.policies = policies
    }

    static let keyInUse = RequestRefusal(
        .keyInUse, "another device has this key; make a new one on the device itself")

    enum Ruling {
        case take(TakenRequest)
        /// The inventory has this very request, or a certificate for it: the file can go.
        case known
        case refuse(RequestRefusal, IntakeContext?)
    }

    mutating func judge(_ reading: RequestReader.Reading, _ snapshot: PlanningSnapshot) throws -> Ruling {
        let context = try senders.device(reading.sender, snapshot).flatMap { try snapshot.intakeContext($0) }
        do {
            let key = try reading.content.get()
            guard let context else {
                throw RequestRefusal(.unknownDevice, "the inventory has no device of that name")
            }
            if key.identity == context.waiting || key.identity == context.pendingReplacementKey { return .known }
            try check(key, context, snapshot)
            seen[key.identity] = context.device
            return .take(
                TakenRequest(
                    deviceRow: context.deviceRow, device: context.device, spki: key.der,
                    keyFingerprint: key.fingerprint, keyIdentity: key.identity, algorithm: key.algorithm,
                    csr: reading.csr))
        } catch let refusal as RequestRefusal {
            return .refuse(refusal, context)
        }
    }

    private func check(_ key: PublicKeyInfo, _ context: IntakeContext, _ snapshot: PlanningSnapshot) throws {
        let policy = try policy(for: context)
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
        try checkUsage(key, policy.profile)
        let inventoryHolder = try snapshot.holder(of: key.identity, otherThan: context.deviceRow)
        let holder = inventoryHolder ?? seen[key.identity].flatMap { $0 == context.device ? nil : $0 }
        if holder != nil {
            // Whose it is stands in no file that devices or their gateways can read.
            throw RequestJudge.keyInUse
        }
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
