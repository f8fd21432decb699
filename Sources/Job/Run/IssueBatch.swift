import Fleet
import Issuing
import PKI
import Planning
import Policy
import RotationModel
import System

/// One batch of replacements up to the point where they may leave the process: reserve, sign, record. An ``IssuingLine`` has several at once.
///
/// Serial numbers are committed before a signature exists, and certificates before anyone else sees them. A death in between
/// costs a serial number, never a second replacement.
struct IssueBatch: Sendable {
    /// A row of the plan that issues.
    struct Row: Sendable {
        /// In the plan.
        let place: Int
        let decision: Decision
        let replacement: Replacement
        let key: KeySource
    }

    let run: RunContext
    /// All of this batch's policy.
    let rows: [Row]
    let keys: SigningKeys
    let authorities: AuthorityDirectory
    let policy: RotationPolicy

    /// By name.
    var authority: String { policy.profile.authority }

    /// Whether the authority's key is another program's.
    var isExternal: Bool { keys.external[authority] != nil }

    struct Outcome {
        /// What became of each decision of the batch, by its place in the plan.
        var results: [(place: Int, result: RowResult)] = []
        /// Manifests that are recorded and wait to be published.
        var manifests: [ManifestRecord] = []
    }

    /// What was signed, and is not recorded yet.
    struct Signed: Sendable {
        fileprivate var results: [(place: Int, result: RowResult)] = []
        fileprivate var issued: [IssuedOrder] = []
        /// Why an external issuer cannot be asked for more. What it gave before that is among what was signed.
        var failure: RotationError?
    }

    /// What is set aside for the batch, and what there is to sign.
    struct Reserved: Sendable {
        fileprivate let reservations: [Reservation]
        fileprivate let skipped: [SkippedOrder]
        /// The labels of the batch's devices, by the row of their set.
        fileprivate let labels: [Int64: [String: String]]
    }

    /// Commits the serial numbers.
    func reserve() throws -> Reserved {
        var random = SystemRandomNumberGenerator()
        let orders = rows.map { order(for: $0, using: &random) }
        let (reserved, skipped) = try run.inventory.reserve(
            orders, batch: "\(run.id)/\(rows.first?.place ?? 0)", run: run.id, at: run.at)
        let labels = try run.inventory.planningSnapshot { snapshot in
            var labels: [Int64: [String: String]] = [:]
            for set in Set(rows.map(\.decision.subject.labelSet)) {
                labels[set] = try snapshot.labels(ofSet: set).values
            }
            return labels
        }
        return Reserved(reservations: reserved, skipped: skipped, labels: labels)
    }

    /// Signs what is reserved. Nothing of it may leave the process before it is recorded.
    func sign(_ batch: Reserved) async throws -> Signed {
        let reserved = batch.reservations
        var made = Signed()
        for order in batch.skipped {
            made.results.append((rows[order.index].place, RowResult(.skipped, error: order.why)))
        }
        let signed: [Result<IssuedOrder, RotationError>]
        if let external = keys.external[authority] {
            let answers: [Result<CheckedCertificate, RotationError>]
            (answers, made.failure) = try await ask(external, for: reserved, batch.labels)
            signed = zip(reserved, answers).map { reservation, answer in
                answer.map { issued($0, for: reservation, issuer: nil) }
            }
        } else {
            signed = try await sign(reserved, batch.labels)
        }
        for (reservation, result) in zip(reserved, signed) {
            let place = rows[reservation.index].place
            switch result {
            case .success(let issued):
                made.issued.append(issued)
                made.results.append((place, RowResult(.issued, certificate: issued.columns.fingerprint)))
            case .failure(let error):
                made.results.append((place, RowResult(.failed, error: error.description)))
            }
        }
        return made
    }

    /// Commits the certificates with each device's next manifest.
    func record(_ made: Signed) throws -> Outcome {
        let manifests = try run.inventory.record(made.issued, run: run.id, at: run.at)
        var sequences: [Int: Int] = [:]
        for (issued, manifest) in zip(made.issued, manifests) {
            sequences[rows[issued.reservation.index].place] = manifest.sequence
        }
        var outcome = Outcome(results: made.results, manifests: manifests)
        for index in outcome.results.indices {
            outcome.results[index].result.sequence = sequences[outcome.results[index].place]
        }
        return outcome
    }

    /// - Parameter issuer: its name as text, where it is known already.
    private func issued(
        _ checked: CheckedCertificate, for reservation: Reservation, issuer: String?
    ) -> IssuedOrder {
        IssuedOrder(
            reservation: reservation, columns: CertificateColumns(checked.certificate, issuer: issuer),
            manifest: ManifestDraft(expires: run.at + keys.manifestValidity),
            serialChoice: isExternal ? .issuer : .reserved)
    }

    private func order(for row: Row, using random: inout SystemRandomNumberGenerator) -> ReservationOrder {
        let subject = row.decision.subject
        return ReservationOrder(
            deviceRow: subject.deviceRow, device: subject.device, oldCertificate: subject.certificateRow,
            serial: .random(using: &random), cause: row.decision.cause, profile: policy.profile.name,
            authority: policy.profile.authority, keySource: row.key, supersedes: row.replacement.supersedes,
            revocation: row.decision.revocation?.cause)
    }

    // MARK: Signing

    private func sign(
        _ reserved: [Reservation], _ labels: [Int64: [String: String]]
    ) async throws -> [Result<IssuedOrder, RotationError>] {
        guard let authority = keys.authorities[policy.profile.authority] else {
            throw RotationError(.configuration, "the authority \(policy.profile.authority) is not loaded")
        }
        let template = template(crlURLs: authorities[authority.name]?.configuration.crlURLs() ?? [])
        let readBack = try ReadBack(of: authority.name, certificate: authority.certificate, profile: template)
        let issuer = authority.certificate.subject.text
        return try await sharing(reserved, authority) { share in
            let signer = try CertificateSigner(authority: authority, profile: template)
            // A signature costs three times as much to verify as to make. What can be wrong with a key in this process is wrong
            // with its first signature; those of a token are verified where they are made.
            var verifyingSignature = true
            return try share.map { reservation in
                let order: CertificateOrder
                let certificate: Certificate
                do throws(RotationError) {
                    order = try self.order(for: reservation, by: authority.certificate, labels).certificate
                    certificate = try signer.sign(order)
                } catch  where error.code == .keyUnavailable {
                    // A key that is gone is gone for every device: nobody is to wait for each of them to fail.
                    throw error
                } catch {
                    return .failure(error)
                }
                let checked = try readBack.check(
                    certificate, is: order, for: rows[reservation.index].decision.device,
                    verifyingSignature: verifyingSignature)
                verifyingSignature = false
                return .success(issued(checked, for: reservation, issuer: issuer))
            }
        }
    }
}

extension IssueBatch {
    /// Signs on every core; or, where a token does it, in as many sessions as it has, on threads that may wait.
    private func sharing<Result: Sendable>(
        _ reserved: [Reservation], _ authority: Authority,
        _ body: @escaping @Sendable (ArraySlice<Reservation>) throws -> [Result]
    ) async throws -> [Result] {
        guard let sessions = authority.tokenSessions else { return try await Parallel.map(reserved, body) }
        return try await withTaskExecutorPreference(BlockingThreads.shared) {
            try await Parallel.map(reserved, workers: sessions, body)
        }
    }
}

extension CertificateColumns {
    /// What the inventory keeps of a certificate.
    ///
    /// - Parameters:
    ///   - issuer: the issuer's name as text, where it is known already.
    ///   - signedBy: of one that is imported.
    init(_ certificate: Certificate, issuer: String? = nil, signedBy: SignedBy? = nil) {
        self.init(
            fingerprint: certificate.fingerprint, serialNumber: certificate.serialNumber,
            issuer: issuer ?? certificate.issuer.text, subject: certificate.subject.text,
            notBefore: certificate.notBefore,
            notAfter: certificate.notAfter, key: certificate.publicKey.algorithm,
            keyWeakness: certificate.publicKey.weakness, keyFingerprint: certificate.publicKey.fingerprint,
            keyIdentity: certificate.publicKey.identity,
            signature: certificate.signatureAlgorithm, isSignatureWeak: certificate.isSignatureWeak,
            der: certificate.der, signedBy: signedBy,
            malformed: certificate.malformations.isEmpty ? nil : certificate.malformations.joined(separator: "; "))
    }
}
