import Delivery
import Fleet
import PKI
import RotationModel
import System

/// A CSR that a device signed with the key of its current certificate. Nothing of it is believed before ``verify(by:of:)``.
struct SignedRequest: Sendable {
    /// What `typ` says.
    static let type = "rotation-request"

    let statement: SignedStatement<RequestFault>
    /// PKCS#10, in DER.
    let csr: [UInt8]

    /// - Throws: why the bytes are no signed request.
    init(reading bytes: [UInt8]) throws(RequestRefusal) {
        statement = try SignedStatement(
            reading: bytes, type: SignedRequest.type, largest: Inbox.largestSignedRequest)
        csr = try statement.payload.bytes("csr", like: "the CSR's DER in base64url")
    }

    /// The certificate whose key signed it, and what tells the request from others.
    struct Signature: Sendable {
        let statement: SignedStatement<RequestFault>
        let key: KeyReference
        let notBefore: Timestamp
        let notAfter: Timestamp

        var mark: SignedRequestMark { SignedRequestMark(time: statement.time, digest: statement.digest) }
    }

    /// Verifies it with the key of the device's current certificate: no other speaks for the device.
    func verify(by signers: RequestSigners) throws(RequestRefusal) -> Signature {
        try statement.check(sender: signers.device)
        guard let current = signers.current else {
            throw RequestRefusal(.noActiveCertificate, "the device has no ACTIVE certificate whose key could sign")
        }
        guard let key = SignedRequest.key(in: current) else {
            throw RequestRefusal(.unreadable, "the key of the current certificate cannot be read")
        }
        if let weakness = key.weakness {
            throw RequestRefusal(
                .weakKey, "the key of the current certificate proves nothing, for it is weak: \(weakness)")
        }
        do throws(RequestRefusal) {
            try statement.verify(with: key, whose: "the key of the current certificate (\(current.fingerprint))")
        } catch {
            throw refusal(error, others: signers.others, current)
        }
        return Signature(
            statement: statement, key: key.reference,
            notBefore: current.notBefore,
            notAfter: current.notAfter)
    }

    /// Says by which other of the device's keys it is, where it is by one.
    private func refusal(
        _ refusal: RequestRefusal, others: [RequestSigners.Signer], _ current: RequestSigners.Signer
    ) -> RequestRefusal {
        guard refusal.code == .foreignKey || refusal.code == .algorithm else { return refusal }
        let signer = others.first { other in SignedRequest.key(in: other).map(statement.isSigned) ?? false }
        guard let signer else { return refusal }
        if signer.status == .revoked {
            return RequestRefusal(.revokedKey, "it is signed by the key of a certificate that was revoked")
        }
        return RequestRefusal(
            .oldKey,
            "it is signed by the key of certificate \(signer.fingerprint) (\(signer.status.rawValue)); sign with that of the current one, "
                + "\(current.fingerprint)")
    }

    private static func key(in signer: RequestSigners.Signer) -> PublicKeyInfo? {
        try? Certificate(inField: signer.der).publicKey
    }
}

/// Verifies signed requests on all cores, once it is known who may sign them.
package struct SignedRequestCheck: Sendable {
    /// Replacements whose confirmations wait in the inbox: they will be their devices' current certificates.
    var confirmed: Set<Int64> = []

    package init(confirmed: Set<Int64> = []) {
        self.confirmed = confirmed
    }

    package func verify(_ readings: [RequestReader.Reading], _ inventory: any FleetStore) async throws -> [RequestReader
        .Reading]
    {
        guard readings.contains(where: { $0.signed != nil }) else { return readings }
        let confirmed = confirmed
        let unverified = try inventory.planningSnapshot { snapshot in
            var senders = Senders()
            return try readings.map { reading -> Unverified in
                guard reading.signed != nil, let device = try senders.device(reading.sender, snapshot) else {
                    return Unverified(reading: reading, signers: nil)
                }
                return Unverified(reading: reading, signers: try snapshot.requestSigners(device, confirmed: confirmed))
            }
        }
        return try await Parallel.map(unverified) { share in share.map(\.verified) }
    }

    private struct Unverified: Sendable {
        let reading: RequestReader.Reading
        let signers: RequestSigners?

        var verified: RequestReader.Reading {
            // Whom nobody knows is refused for that.
            guard let signed = reading.signed, let signers else { return reading }
            var reading = reading
            reading.signature = Result { () throws(RequestRefusal) in try signed.verify(by: signers) }
            return reading
        }
    }
}
