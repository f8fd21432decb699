import RotationModel

/// A test of policies, written beside them: a made device, and what is expected to become of it.
package struct PolicyTest: Sendable {
    /// In the words of who wrote it.
    package let name: String
    package let place: PolicyPlace
    package let given: Given
    package let expected: Expectation

    /// When the tests of files are judged, whatever the time is: what passes today passes tomorrow.
    package static let standardTime = Timestamp(seconds: 1_767_225_600)  // 2026-01-01T00:00:00Z

    /// The device and its current certificate. What is nil is as the deciding policy's profile would have it.
    package struct Given: Sendable {
        package var device = DeviceID(checked: "test-device")
        package var account = AccountID(checked: "111122223333")
        package var labels: [String: String] = [:]
        package var status = CertificateStatus.active
        /// From notBefore to notAfter.
        package var lifetime = TimeSpan.days(90)
        /// Until notAfter, in seconds; less than nothing for one that has expired. Nil for one that was issued just now.
        package var left: TimeSpan?
        /// When the device was last seen at the gate; nil in a fleet without one.
        package var seen: Seen?
        package var key: KeyAlgorithm?
        package var signature: SignatureAlgorithm?
        /// RFC 4514 text.
        package var issuer: String?
        /// Whether another device has a certificate with the same key.
        package var hasSharedKey = false
        /// Whether a CSR with a new key, of a kind that the profile takes, waits in the inbox.
        package var hasWaitingRequest = false
        package var at = PolicyTest.standardTime

        package init() {}

        package enum Seen: Sendable, Hashable {
            case ago(TimeSpan)
            case never
        }
    }

    /// The reasons that a test's outcome can have. The others come from what a test does not have: a rollout, an inventory with
    /// other certificates of the device, authorities.
    package static let possibleReasons: Set<ReasonCode> = [
        .expiring, .expired, .revoked, .weakKey, .weakSignature, .sharedKey, .age, .issuer, .subject, .uncovered,
    ]

    package struct Expectation: Sendable, Hashable {
        package let action: PolicyTestAction
        /// Nil where any will do.
        package let policy: String?
        /// Nil where any will do.
        package let reason: ReasonCode?
    }
}

/// What can become of a device in a test: the plan's actions before a rollout holds any back, and nothing.
package enum PolicyTestAction: String, Sendable, CaseIterable {
    case issue
    case requestCSR = "request-csr"
    case revoke
    case blocked
    case report
    case uncovered
    case none
}

/// What became of a test's device.
package struct PolicyTestOutcome: Sendable {
    package let action: PolicyTestAction
    /// The policy that decides, also where nothing is done; the rule that revokes. Nil where none covers the device.
    package let policy: String?
    package let reason: Reason?
    /// In a sentence, why nothing is done, where that is not plain.
    package let remark: String

    init(_ action: PolicyTestAction, policy: String? = nil, reason: Reason? = nil, remark: String = "") {
        self.action = action
        self.policy = policy
        self.reason = reason
        self.remark = remark
    }
}

/// A test and how it came out.
package struct PolicyTestResult: Sendable {
    package let test: PolicyTest
    /// Nil where several policies of equal priority claim the device, so that nothing may be decided.
    package let outcome: PolicyTestOutcome?
    /// The policies that claim it, where there are several.
    package let tied: [String]
    /// Why the test cannot be judged here; nil where it was.
    package let skipped: String?

    init(_ test: PolicyTest, _ outcome: PolicyTestOutcome? = nil, tied: [String] = [], skipped: String? = nil) {
        self.test = test
        self.outcome = outcome
        self.tied = tied
        self.skipped = skipped
    }

    package var passed: Bool {
        guard let outcome, skipped == nil else { return false }
        let expected = test.expected
        return outcome.action == expected.action && (expected.policy.map { $0 == outcome.policy } ?? true)
            && (expected.reason.map { $0 == outcome.reason?.code } ?? true)
    }
}
