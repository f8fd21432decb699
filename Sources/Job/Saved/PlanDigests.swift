import Fleet
import Issuing
import Lifecycle
import PKI
import Planning
import Policy
import RotationModel

/// What a saved plan was decided from, each as `sha256:` and 64 hexadecimal digits: whether it still holds is told by these.
package struct PlanDigests: Sendable, Equatable {
    /// Over the policy files' names and bytes.
    package let policies: String
    /// Over the authorities' names, certificates and chains, and when they retire or were revoked.
    package let authorities: String
    /// Over the devices that have an `ACTIVE` certificate, with their certificates, rotations and waiting CSRs; the
    /// revocations in force; and the keys that several devices have.
    package let inventory: String
    /// Over the CSRs and confirmations that the next run takes from the inbox, and what it refuses.
    package let inbox: String
    /// Over the plan's rows.
    package let rows: String

    package init(policies: String, authorities: String, inventory: String, inbox: String, rows: String) {
        self.policies = policies
        self.authorities = authorities
        self.inventory = inventory
        self.inbox = inbox
        self.rows = rows
    }
}

extension AuthorityDirectory {
    /// For ``PlanDigests/authorities``.
    var digest: String {
        var digest = StateDigest()
        for name in names {
            guard let entry = self[name] else { continue }
            digest.add(name)
            digest.add(entry.certificate.fingerprint.digest)
            digest.add(entry.chain.count)
            for certificate in entry.chain { digest.add(certificate.fingerprint.digest) }
            digest.add(entry.configuration.retireAt)
            digest.add(entry.configuration.revokedAt)
        }
        return digest.finish()
    }
}

extension FleetView {
    /// For ``PlanDigests/inventory``. Reads the fleet once, as a stream.
    func digest() throws -> String {
        var digest = StateDigest()
        for order in try revocationOrders() {
            digest.add(order.name)
            digest.add(order.kind.rawValue)
            digest.add(order.reason.rawValue)
            digest.add(order.mode.rawValue)
            digest.add(order.deadline?.seconds)
            digest.add(order.recordedAt)
            digest.add(order.seeds.count)
            for seed in order.seeds { digest.add(seed) }
        }
        for fingerprint in try pendingRevocations() { digest.add(fingerprint.digest) }
        for key in try sharedKeys().sorted(by: KeyIdentity.isBefore) { digest.add(key.digest) }
        try forEachDeviceWithActiveCertificate { device in
            digest.add(device.id.text)
            digest.add(try accountName(device.account).text)
            let labels = try self.labels(ofSet: device.labelSet).values
            digest.add(labels.count)
            for (name, value) in labels.sorted(by: { $0.key < $1.key }) {
                digest.add(name)
                digest.add(value)
            }
            digest.add(device.active.count)
            for certificate in device.active { digest.add(certificate) }
            digest.add(device.pending.count)
            for certificate in device.pending { digest.add(certificate) }
            digest.add(device.rotation)
            digest.add(device.request?.publicKey.fingerprint.hex)
            digest.add(device.refused)
            digest.add(device.toldRefusal)
        }
        return digest.finish()
    }
}

extension StateDigest {
    fileprivate mutating func add(_ certificate: PlanningCertificate) {
        // The fingerprint stands for everything that the certificate says itself.
        add(certificate.fingerprint.digest)
        add(certificate.status.rawValue)
        add(certificate.confirmedAt)
        add(certificate.isReplaced ? 1 : 0)
    }

    fileprivate mutating func add(_ rotation: OpenRotation?) {
        guard let rotation else { return add(nil as String?) }
        add(rotation.state.rawValue)
        add(rotation.reason.code.rawValue)
        add(rotation.oldCertificate)
        add(rotation.newCertificate)
        add(rotation.deliveredAt)
        add(rotation.confirmedAt)
        add(rotation.revocation)
    }
}

extension WaitingRequests {
    /// For ``PlanDigests/inbox``.
    var digest: String {
        var digest = StateDigest()
        for (device, request) in found.sorted(by: { $0.key < $1.key }) {
            digest.add(device)
            digest.add(request.publicKey.fingerprint.digest)
        }
        digest.add("refused")
        for (device, reason) in refused.sorted(by: { $0.key < $1.key }) {
            digest.add(device)
            digest.add(reason)
        }
        digest.add("confirmed")
        for certificate in confirmations.sorted() { digest.add(certificate) }
        return digest.finish()
    }
}
