extension ExpiryRule: StandardRule {
    /// The keys of `expiry`.
    static let keys: [RuleKey<ExpiryRule>] = [
        .lead(
            "renewBefore", \.renewBefore,
            "How long before notAfter a certificate is due: 30d, or 33% of its lifetime."),
        .contact,
        .lead("spread", \.spread, "Starts up to this much earlier, by a hash of policy name and device id."),
        .duration("overlap", \.overlap, "How long the old certificate stays once the new one is confirmed."),
        .duration(
            "confirmWithin", \.confirmWithin, "After this long without confirmation a device counts as stuck."),
        .choice("expired", \.expired, "What is done about a certificate that has expired."),
    ]
}
