public import RotationModel

/// A test of policies, written beside them: a made device, and what is expected to become of it.
public struct PolicyTest: Sendable {
    /// In the words of who wrote it.
    public let name: String
    public let place: PolicyPlace
    public let given: Given
    public let expected: Expectation

    /// When the tests of files are judged, whatever the time is: what passes today passes tomorrow.
    public static let standardTime = Timestamp(seconds: 1_767_225_600)  // 2026-01-01T00:00:00Z

    /// The device and its current certificate. What is nil is as the deciding policy's profile would have it.
    public struct Given: Sendable {
        public var device = DeviceID(checked: "test-device")
        public var account = AccountID(checked: "111122223333")
        public var labels: [String: String] = [:]
        public var status = CertificateStatus.active
        /// From notBefore to notAfter.
        public var lifetime = TimeSpan.days(90)
        /// Until notAfter, in seconds; less than nothing for one that has expired. Nil for one that was issued just now.
        public var left: TimeSpan?
        public var key: KeyAlgorithm?
        public var signature: SignatureAlgorithm?
        /// RFC 4514 text.
        public var issuer: String?
        /// Whether another device has a certificate with the same key.
        public var hasSharedKey = false
        /// Whether a CSR with a new key, of a kind that the profile takes, waits in the inbox.
        public var hasWaitingRequest = false
        public var at = PolicyTest.standardTime

        public init() {}
    }

    /// The reasons that a test's outcome can have. The others come from what a test does not have: a rollout, an inventory with
    /// other certificates of the device, authorities.
    public static let possibleReasons: Set<ReasonCode> = [
        .expiring, .expired, .revoked, .weakKey, .weakSignature, .sharedKey, .age, .issuer, .subject, .uncovered,
    ]

    public struct Expectation: Sendable, Hashable {
        public let action: PolicyTestAction
        /// Nil where any will do.
        public let policy: String?
        /// Nil where any will do.
        public let reason: ReasonCode?
    }
}

/// What can become of a device in a test: the plan's actions before a rollout holds any back, and nothing.
public enum PolicyTestAction: String, Sendable, CaseIterable {
    case issue
    case requestCSR = "request-csr"
    case revoke
    case blocked
    case report
    case uncovered
    case none
}

/// What became of a test's device.
public struct PolicyTestOutcome: Sendable {
    public let action: PolicyTestAction
    /// The policy that decides, also where nothing is done; the rule that revokes. Nil where none covers the device.
    public let policy: String?
    public let reason: Reason?
    /// In a sentence, why nothing is done, where that is not plain.
    public let remark: String

    init(_ action: PolicyTestAction, policy: String? = nil, reason: Reason? = nil, remark: String = "") {
        self.action = action
        self.policy = policy
        self.reason = reason
        self.remark = remark
    }
}

/// A test and how it came out.
public struct PolicyTestResult: Sendable {
    public let test: PolicyTest
    /// Nil where several policies of equal priority claim the device, so that nothing may be decided.
    public let outcome: PolicyTestOutcome?
    /// The policies that claim it, where there are several.
    public let tied: [String]
    /// Why the test cannot be judged here; nil where it was.
    public let skipped: String?

    init(_ test: PolicyTest, _ outcome: PolicyTestOutcome? = nil, tied: [String] = [], skipped: String? = nil) {
        self.test = test
        self.outcome = outcome
        self.tied = tied
        self.skipped = skipped
    }

    public var passed: Bool {
        guard let outcome, skipped == nil else { return false }
        let expected = test.expected
        return outcome.action == expected.action && (expected.policy.map { $0 == outcome.policy } ?? true)
            && (expected.reason.map { $0 == outcome.reason?.code } ?? true)
    }
}
