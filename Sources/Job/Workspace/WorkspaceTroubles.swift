import Basics
import Delivery
import Fleet
import Issuing
import PKI
import Planning
import RotationModel

extension Workspace {
    /// What is wrong, or will be soon, with the workspace itself; each a sentence with what to do.
    func troubles(at: Timestamp) throws -> [String] {
        let gate = configuration.gate != nil ? [(inbox.submissions, "submission")] : []
        let missing = ([(inbox.requests, "CSR"), (inbox.confirmations, "confirmation")] + gate)
            .filter { !$0.0.exists && $0.0.obstacle == nil }.map {
                "there is no \($0.path): no \($1) can come in; check `inbox` in rotation.yaml"
            }
        var weakKeys: [String] = []
        if case .failure(let error) = WeakKeyList.installed {
            weakKeys = ["the list of Debian's weak keys cannot be used: \(error.description)"]
        }
        let directory = try authorities()
        return openDoors() + missing + weakKeys
            + directory.names.compactMap { directory[$0] }.flatMap { $0.troubles(at: at) }
            + (try listTroubles(at: at, directory)) + (try forgeryTroubles(at: at, directory))
    }

    /// Certificates that were imported before imports verified them, and that no authority signed.
    private func forgeryTroubles(at: Timestamp, _ directory: AuthorityDirectory) throws -> [String] {
        let found = try openInventory(.readOnly).planningSnapshot {
            try ImportedRevocations.find(in: $0, of: directory.names, directory, at: at)
        }
        return found.forged.sorted { $0.key < $1.key }.map { authority, certificates in
            let most = 5
            let named = certificates.prefix(most).map { "\($0.device) (\($0.fingerprint.hex.prefix(16))…)" }
            let more = certificates.count > most ? " and \(certificates.count - most) more" : ""
            let bearing = counted(
                certificates.count, "REVOKED certificate bears", plural: "REVOKED certificates bear")
            return
                "\(bearing) the name of authority \(authority), and its key did not sign \(Plural.of("it", certificates.count, plural: "them")): \(named.joined(separator: ", "))\(more); they are on no CRL, find out who imported them (`rotation-job audit --device DEVICE`)"
        }
    }

    private func listTroubles(at: Timestamp, _ directory: AuthorityDirectory) throws -> [String] {
        let inventory = try openInventory(.readOnly)
        return try directory.names.compactMap { directory[$0] }.flatMap { entry in
            let name = entry.configuration.name
            if let trouble = try entry.listTrouble(inventory) { return [trouble] }
            return try inventory.crlStates(ofAuthority: name).filter { $0.nextUpdate < at }.map { state in
                "the CRL \(state.name) expired on \(state.nextUpdate): verifiers may refuse every certificate of authority \(name); start `rotation-job run`"
            }
        }
    }
}

extension AuthorityDirectory.Entry {
    /// Why nobody would hear of its revocations, or nil.
    func listTrouble(_ inventory: any FleetStore) throws -> String? {
        // An external issuer publishes its own.
        guard configuration.issuer == nil, !certificate.maySignRevocationLists else { return nil }
        let hasRevoked = try inventory.lastRevocation(issuers: spellings(among: inventory.issuerNames())) > 0
        guard configuration.crlURL != nil || hasRevoked else { return nil }
        return
            "authority \(configuration.name) may not sign CRLs (its certificate's KeyUsage lacks cRLSign), so that verifiers do not hear of revocations; have its certificate issued again with cRLSign"
    }

    /// Time enough to bring a successor to a fleet.
    private static let warning = TimeSpan.days(90)

    func troubles(at: Timestamp) -> [String] {
        let name = configuration.name
        var found: [String] = []
        if let obstacle = configuration.issuer?.obstacle {
            found.append("authority \(name) cannot be asked: \(obstacle); correct `command` in \(configuration.place)")
        }
        if let revokedAt = configuration.revokedAt, revokedAt <= at {
            found.append("authority \(name) was revoked on \(revokedAt): nothing that it signed is trusted")
        } else if let ending = ending(at: at) {
            found.append(ending)
        }
        if let weakness = certificate.publicKey.weakness {
            found.append("the key of authority \(name) is weak: \(weakness)")
        }
        if certificate.isSignatureWeak && certificate.issuer != certificate.subject {
            found.append("the certificate of authority \(name) has a weak signature, \(certificate.signatureAlgorithm)")
        }
        return found
    }

    /// That it ends or retires soon, in a sentence with what to do; nil where it does not.
    fileprivate func ending(at: Timestamp) -> String? {
        let name = configuration.name
        if let retireAt = configuration.retireAt {
            return isSoon(retireAt, at: at)
                ? "authority \(name) retires on \(retireAt); its successor has to sign by then" : nil
        }
        return isSoon(certificate.notAfter, at: at)
            ? "authority \(name) ends on \(certificate.notAfter); its successor has to sign by then" : nil
    }

    /// Once it is past, it is the plan that says what cannot be signed.
    private func isSoon(_ time: Timestamp, at: Timestamp) -> Bool { time > at && time - at < Self.warning }
}

extension AuthorityDirectory {
    /// Which authorities end or retire soon, each in a sentence with what to do.
    func endings(at: Timestamp) -> [String] { names.compactMap { self[$0]?.ending(at: at) } }
}
