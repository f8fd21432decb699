import Fleet
import Policy
import RotationModel

/// A certificate that revocations reach and that is not REVOKED yet.
///
/// Of several, the sooner says when it goes, and it goes for the gravest reason of them all, whichever was ordered first.
struct ReachedCertificate {
    /// One of the revocations that reach it.
    struct Order {
        /// By its place in ``RevocationScope/revocations``.
        let revocation: Int
        let reach: RevocationReach
    }

    let certificate: RevocableCertificate
    /// The claims of other devices that present the same certificate.
    let others: [RevocableCertificate]
    /// All that reach it, the one that says when it goes first. Never empty.
    private(set) var orders: [Order]
    /// The one that it goes for.
    private(set) var standing: Order

    init(certificate: RevocableCertificate, others: [RevocableCertificate], by order: Order) {
        (self.certificate, self.others) = (certificate, others)
        (orders, standing) = ([order], order)
    }

    mutating func add(_ order: Order, of revocations: [RevocationInForce]) {
        let urgency = revocations[order.revocation].urgency
        let place = orders.firstIndex { urgency < revocations[$0.revocation].urgency } ?? orders.endIndex
        orders.insert(order, at: place)
        if revocations[order.revocation].standing < revocations[standing.revocation].standing { standing = order }
    }
}

extension RevocationScope {
    /// The revocation that says when a certificate goes.
    func acting(on reached: ReachedCertificate) -> RevocationInForce { revocations[reached.orders[0].revocation] }

    /// What wants a certificate gone: `revocation old-lot (superseded); also revocation stolen (keyCompromise), whose reason stands`
    func title(of reached: ReachedCertificate) -> String {
        let others = reached.orders.dropFirst().map { order in
            "; also \(revocations[order.revocation].title)"
                + (order.revocation == reached.standing.revocation ? ", whose reason stands" : "")
        }
        return acting(on: reached).title + reached.orders[0].reach.explanation + others.joined()
    }

    func reference(_ reached: ReachedCertificate) -> RevocationReference {
        let acting = acting(on: reached)
        let standing = revocations[reached.standing.revocation]
        return RevocationReference(
            order: acting.order, name: acting.name, reason: standing.reason, reach: reached.orders[0].reach,
            cause: standing.order, orders: reached.orders.map { revocations[$0.revocation].name })
    }
}
