import RotationModel

/// Which certificates of one kind a policy may have something against at some time: never fewer than it has.
///
/// A fleet is searched by it: what a policy says of a certificate in the end, ``RotationPolicy/evaluate(_:of:at:in:)`` says.
package struct Suspicion: Hashable, Sendable {
    /// Those with a `notAfter` no later than this; nil for none.
    package private(set) var endingBy: Timestamp?
    /// Those with a `notAfter` later than this; nil for none.
    package private(set) var endingAfter: Timestamp?

    /// None of them.
    package static let none = Suspicion()

    /// All of them.
    package static let all = Suspicion(endingBy: Timestamp(seconds: .max))

    init(endingBy: Timestamp? = nil, endingAfter: Timestamp? = nil) {
        (self.endingBy, self.endingAfter) = (endingBy, endingAfter)
    }

    package mutating func formUnion(_ other: Suspicion) {
        if let by = other.endingBy { endingBy = max(endingBy ?? by, by) }
        if let after = other.endingAfter { endingAfter = min(endingAfter ?? after, after) }
    }

    package func contains(notAfter: Timestamp) -> Bool {
        (endingBy.map { notAfter <= $0 } ?? false) || (endingAfter.map { notAfter > $0 } ?? false)
    }

    /// The same as ranges that have nothing in common, both ends included.
    package var ranges: [ClosedRange<Timestamp>] {
        let (first, last) = (Timestamp(seconds: .min), Timestamp(seconds: .max))
        let later = endingAfter.flatMap { $0 < last ? Timestamp(seconds: $0.seconds + 1)...last : nil }
        guard let endingBy else { return later.map { [$0] } ?? [] }
        guard let later else { return [first...endingBy] }
        return later.lowerBound <= endingBy ? [first...last] : [first...endingBy, later]
    }
}

/// What certificates have in common that are judged together.
package struct CertificateKind: Sendable {
    package let key: KeyAlgorithm
    /// See ``CertificateFacts/keyWeakness``.
    package let keyWeakness: String?
    package let signature: SignatureAlgorithm
    package let isSignatureWeak: Bool
    /// The issuer's name as RFC 4514 text.
    package let issuer: String
    /// What ends their authority, however long they last themselves.
    package let authorityEnd: AuthorityEnd?
    /// None of them is valid for longer.
    package let longestLifetime: TimeSpan

    package init(
        key: KeyAlgorithm, keyWeakness: String?, signature: SignatureAlgorithm, isSignatureWeak: Bool, issuer: String,
        authorityEnd: AuthorityEnd?, longestLifetime: TimeSpan
    ) {
        (self.key, self.keyWeakness) = (key, keyWeakness)
        (self.signature, self.isSignatureWeak) = (signature, isSignatureWeak)
        (self.issuer, self.authorityEnd, self.longestLifetime) = (issuer, authorityEnd, longestLifetime)
    }

    /// One of them: its dates say nothing.
    fileprivate var example: CertificateFacts {
        CertificateFacts(
            notBefore: Timestamp(seconds: 0), notAfter: Timestamp(seconds: 0), key: key, keyWeakness: keyWeakness,
            signature: signature, isSignatureWeak: isSignatureWeak, issuer: issuer)
    }
}

extension RotationPolicy {
    /// Which certificates of a kind the policy may have something against, but for what the inventory lists one by one: malformed
    /// certificates and shared keys (``looksForMalformedCertificates``, ``looksForSharedKeys``).
    package func suspicion(of kind: CertificateKind, at now: Timestamp) -> Suspicion {
        var suspicion = Suspicion(endingBy: dueEnds(within: kind.longestLifetime, at: now))
        for acting in compliance.acting {
            suspicion.formUnion(self.suspicion(of: kind, by: acting.check, at: now))
        }
        return suspicion
    }

    package var looksForMalformedCertificates: Bool {
        compliance.acting.contains { $0.check.basis == .malformation }
    }

    package var looksForSharedKeys: Bool { compliance.acting.contains { $0.check.basis == .sharing } }

    private func suspicion(of kind: CertificateKind, by check: ComplianceCheck, at now: Timestamp) -> Suspicion {
        switch check.basis {
        case .kind: check.finds(kind.example, profile, compliance, now) ? .all : .none
        case .malformation, .sharing: .none
        case .age:
            // Of what began before this, none ends later than a lifetime after it.
            compliance.oldest.map {
                Suspicion(endingBy: clamped(now.seconds, -$0.seconds, kind.longestLifetime.seconds))
            }
                ?? .none
        case .authority:
            switch kind.authorityEnd {
            case nil: .none
            case .revoked: .all
            case .expires(_, let time), .retires(_, let time): Suspicion(endingAfter: time)
            }
        }
    }

    /// Until when certificates end, at the latest, that are due or have expired.
    ///
    /// - Parameter lifetime: none of them is valid for longer.
    private func dueEnds(within lifetime: TimeSpan, at now: Timestamp) -> Timestamp {
        let seldom = expiry.contact?.renewBefore.microseconds(of: lifetime.seconds) ?? 0
        let longest =
            max(expiry.renewBefore.microseconds(of: lifetime.seconds), seldom)
            + expiry.spread.microseconds(of: lifetime.seconds)
        return clamped(now.seconds, Int64(clamping: longest / 1_000_000), 1)
    }

    private func clamped(_ parts: Int64...) -> Timestamp {
        Timestamp(seconds: Int64(clamping: parts.reduce(Int128(0)) { $0 + Int128($1) }))
    }
}
