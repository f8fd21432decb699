import Fleet
import LocatedYAML
import PKI
import Planning
import Policy
import RotationModel
import Testing

@testable import Gate

/// The table of who is let in: every state of a certificate × every route.
@Suite("Admission")
struct AdmissionTests {
    /// A state that a certificate may be in, and which routes let it in; the others refuse it with the code.
    struct Case: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var refused: RefusalCode?
        var admitted: Set<RouteKind> = []
        var policy = "replace"
        var account = AccountScope.any
        var isCurrent = true
        /// Where another code comes first.
        var exceptions: [RouteKind: RefusalCode] = [:]
        var change: @Sendable (inout RegisteredCertificate) -> Void = { _ in }
    }

    private static let everywhere = Set(RouteKind.allCases)
    private static let now = GateFleet.now
    private static let toConfirm: Set<RouteKind> = [.manifest, .keys, .chain, .crl, .ack]
    private static let toBeReplaced: Set<RouteKind> = [.manifest, .csr, .est]

    static let cases: [Case] = [
        Case(testDescription: "ACTIVE", admitted: everywhere),
        Case(testDescription: "INACTIVE", refused: .inactive) { $0.status = .inactive },
        Case(testDescription: "REVOKED", refused: .revoked) { $0.status = .revoked },
        Case(testDescription: "PENDING_TRANSFER", refused: .pendingTransfer) { $0.status = .pendingTransfer },
        Case(testDescription: "REGISTER_INACTIVE", refused: .registerInactive) { $0.status = .registerInactive },
        Case(testDescription: "PENDING_ACTIVATION, imported", refused: .pendingActivation) {
            $0.status = .pendingActivation
        },
        Case(
            testDescription: "PENDING_ACTIVATION, the device's replacement", refused: .pendingActivation,
            admitted: toConfirm
        ) {
            $0.status = .pendingActivation
            $0.isOpenReplacement = true
        },
        Case(
            testDescription: "the same, expired", refused: .expired,
            exceptions: [.csr: .pendingActivation, .est: .pendingActivation, .connection: .pendingActivation]
        ) {
            $0.status = .pendingActivation
            $0.isOpenReplacement = true
            $0.notAfter = now - TimeSpan(seconds: 1)
        },
        Case(testDescription: "INACTIVE and expired", refused: .inactive) {
            $0.status = .inactive
            $0.notAfter = now - .days(1)
        },
        Case(testDescription: "in its last second", admitted: everywhere) { $0.notAfter = now },
        Case(testDescription: "in its first second", admitted: everywhere) { $0.notBefore = now },
        Case(testDescription: "not valid yet", refused: .notYetValid) { $0.notBefore = now + TimeSpan(seconds: 1) },
        Case(testDescription: "expired, to be replaced", refused: .expired, admitted: toBeReplaced) {
            $0.notAfter = now - TimeSpan(seconds: 1)
        },
        Case(testDescription: "expired, and the policy only reports", refused: .expired, policy: "report") {
            $0.notAfter = now - .days(1)
        },
        Case(testDescription: "expired, and no policy covers the device", refused: .expired) {
            $0.notAfter = now - .days(1)
            $0.account = AccountID(checked: "444455556666")
        },
        Case(testDescription: "expired, and not the current one", refused: .expired, isCurrent: false) {
            $0.notAfter = now - .days(1)
        },
        Case(testDescription: "not the current one", admitted: everywhere, isCurrent: false),
        Case(testDescription: "RSA-1024", refused: .weakKey) { $0.key = .rsa(bits: 1024) },
        Case(testDescription: "RSA-2047", refused: .weakKey) { $0.key = .rsa(bits: 2047) },
        Case(testDescription: "RSA-2048", admitted: everywhere) { $0.key = .rsa(bits: 2048) },
        Case(testDescription: "a key that is known weak", refused: .weakKey) { $0.keyWeakness = "ROCA" },
        Case(testDescription: "the workspace's own key", refused: .weakKey) { $0.publicKey = ownKey },
        Case(testDescription: "a refused key", refused: .refusedKey) { $0.isKeyRefused = true },
        Case(testDescription: "a refused key, expired", refused: .refusedKey) {
            $0.isKeyRefused = true
            $0.notAfter = now - .days(1)
        },
        Case(
            testDescription: "of the account", admitted: everywhere,
            account: .only(AccountID(checked: "111122223333"))),
        Case(
            testDescription: "of another account", refused: .wrongAccount,
            account: .only(AccountID(checked: "444455556666"))),
        Case(
            testDescription: "under a name without an account", refused: .wrongAccount,
            account: .nobody(serverName: "x.example")),
        Case(testDescription: "under no name", refused: .wrongAccount, account: .nobody(serverName: nil)),
    ]

    private static let ownKey = key("own")

    private static func key(_ name: String) -> KeyReference {
        let digest = SHA256.digest(Array(name.utf8))
        return KeyReference(identity: KeyIdentity(digest), fingerprint: KeyFingerprint(digest))
    }

    private static let fingerprint = Fingerprint(SHA256.digest([1]))

    static func record() -> RegisteredCertificate {
        RegisteredCertificate(
            row: 1, fingerprint: fingerprint, status: .active, notBefore: now - .days(80), notAfter: now + .days(10),
            key: .ecdsaP256, keyWeakness: nil, publicKey: key("device"), isKeyRefused: false,
            isOpenReplacement: false, deviceRow: 1, device: DeviceID(checked: "d1"),
            account: AccountID(checked: "111122223333"))
    }

    static func admission(expired: String) throws -> Admission {
        let file = SourceFile(
            path: "policy.yaml",
            bytes: Array(
                GateFleet.policy(expired: expired, keys: "[ecdsa-p256]")
                    .replacing(
                        "match: {}",
                        with: "match: { account: [\"111122223333\"], issuer: \"CN=Fleet CA\", labels: { site: north } }"
                    ).utf8))
        let loaded = PolicySet.load(
            [file],
            authorities: [
                AuthorityFacts(
                    name: "fleet-ca-1", subject: "CN=Fleet CA", signatures: [.ecdsaWithSHA256],
                    notAfter: now + .days(1000))
            ], sha256: SHA256.digest)
        let set = try #require(loaded.set, "\(loaded.diagnostics)")
        return Admission(
            policies: set, authorities: KnownAuthorities([], ownKeys: [(ownKey.identity, "fleet-ca-1")]))
    }

    @Test("A certificate is let in or refused by its state and what is asked for", arguments: cases)
    func table(_ row: Case) throws {
        let admission = try Self.admission(expired: row.policy)
        var record = Self.record()
        row.change(&record)
        #expect(row.refused != nil || row.admitted == Self.everywhere)
        for route in RouteKind.allCases {
            let verdict = admission.judge(
                [record], presented: Self.fingerprint, route: route, account: row.account, at: Self.now
            ) { record in
                CurrentCertificate(
                    row: row.isCurrent ? record.row : 2, issuer: "CN=Fleet CA", labels: ["site": "north"])
            }
            switch verdict {
            case .allow(let found):
                #expect(row.admitted.contains(route), "\(route)")
                #expect(found == record)
            case .refuse(let code, let sentence):
                #expect(!row.admitted.contains(route), "\(route): \(sentence)")
                #expect(code == row.exceptions[route] ?? row.refused)
                // What is wrong, and what to do.
                #expect(sentence.contains("; "), "\(sentence)")
                #expect(!sentence.hasSuffix("."))
            }
        }
    }

    @Test("The table has every status and every code")
    func complete() {
        var statuses: Set<CertificateStatus> = []
        for row in Self.cases {
            var record = Self.record()
            row.change(&record)
            statuses.insert(record.status)
        }
        #expect(statuses == Set(CertificateStatus.allCases))
        #expect(
            Set(Self.cases.compactMap(\.refused)).union([.noCertificate, .unknown, .sharedCertificate])
                == Set(RefusalCode.allCases))
    }

    @Test("Who shows no certificate, an unknown one, or one that two devices have, is refused everywhere")
    func nobody() throws {
        let admission = try Self.admission(expired: "replace")
        var other = Self.record()
        other.device = DeviceID(checked: "d2")
        for route in RouteKind.allCases {
            func code(_ records: [RegisteredCertificate], _ presented: Fingerprint?) -> RefusalCode? {
                let verdict = admission.judge(records, presented: presented, route: route, account: .any, at: Self.now)
                { _ in nil }
                if case .refuse(let code, _) = verdict { return code }
                return nil
            }
            #expect(code([], nil) == .noCertificate)
            #expect(code([], Self.fingerprint) == .unknown)
            #expect(code([Self.record(), other], Self.fingerprint) == .sharedCertificate)
        }
        #expect(RefusalCode.noCertificate.status == 401)
        #expect(RefusalCode.allCases.filter { $0 != .noCertificate }.allSatisfy { $0.status == 403 })
    }

    @Test("Whether it is the current one is asked of an expired certificate alone")
    func lazy() throws {
        let admission = try Self.admission(expired: "replace")
        struct Asked: Error {}
        let verdict = try admission.judge(
            [Self.record()], presented: Self.fingerprint, route: .manifest, account: .any, at: Self.now
        ) { _ in throw Asked() }
        #expect(verdict == .allow(Self.record()))
    }

    @Test("The account goes by the server's name, where names have accounts")
    func scope() throws {
        let account = AccountID(checked: "111122223333")
        func rules(_ accounts: [String: AccountID]) throws -> GateRules {
            GateRules(
                policies: try #require(PolicySet.load([], authorities: [], sha256: SHA256.digest).set),
                authorities: KnownAuthorities([]), authorityCertificates: [], accounts: accounts)
        }
        #expect(try rules([:]).scope(of: nil) == .any)
        #expect(try rules([:]).scope(of: "x.example") == .any)
        #expect(try rules(["a.example": account]).scope(of: "a.example") == .only(account))
        #expect(try rules(["a.example": account]).scope(of: "x.example") == .nobody(serverName: "x.example"))
        #expect(try rules(["a.example": account]).scope(of: nil) == .nobody(serverName: nil))
    }
}
