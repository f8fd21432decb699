import Delivery
import PKI
import Planning
import RotationModel
import System

/// Reads the files of the inbox on all cores: what can be said of a CSR without looking anything up.
package struct RequestReader: Sendable {
    private let source: InboxFolder
    private let screen: RequestScreen

    package init(source: InboxFolder, authorities: KnownAuthorities = KnownAuthorities([])) {
        self.source = source
        screen = RequestScreen(authorities: authorities)
    }

    /// A file of the inbox, read: a request that proves possession of its key, or what is wrong with it.
    package struct Reading: Sendable {
        let file: String
        let sender: DeviceFileName.Decoded?
        var content: Result<PublicKeyInfo, RequestRefusal>
        /// The CSR in DER; empty where it is not usable.
        var csr: [UInt8] = []
        /// The statement that it came in, where the device signed it.
        var signed: SignedRequest?
        /// Whose signature that is, once it was looked at.
        var signature: Result<SignedRequest.Signature, RequestRefusal>?
        /// What the gate says of it, where it came through the gate.
        var submission: SubmissionMark?
        /// Tells the very file.
        var mark: FileMark?
        /// Keys that are burnt, since a private key was in the file.
        var exposed: [ExposedKeyClaim] = []
    }

    /// A public key beside a private one.
    struct ExposedKeyClaim: Sendable {
        let key: KeyReference
        /// Whether the private key is this one's for certain.
        let isCertain: Bool
    }

    package func read(_ names: [String]) async throws -> [Reading] {
        try await withTaskExecutorPreference(BlockingThreads.shared) {
            try await Parallel.map(names) { share in
                let proof = ProofOfPossession()
                return share.map { reading($0, proof) }
            }
        }
    }

    private func reading(_ name: String, _ proof: ProofOfPossession) -> Reading {
        let handIn = HandIn<RequestFault>(name, in: source)
        func refused(_ refusal: RequestRefusal) -> Reading {
            Reading(
                file: name, sender: handIn.sender, content: .failure(refusal), submission: handIn.submission,
                mark: handIn.mark)
        }
        do throws(RequestRefusal) {
            let bytes = try handIn.bytes.get()
            let enclosed = EnclosedPrivateKey.inPEM(bytes)
            guard enclosed.isEmpty else { return exposing(refused(RequestRefusal.privateKeyIncluded), enclosed, bytes) }
            do throws(RequestRefusal) {
                let signed =
                    name.hasSuffix(".jws") && handIn.submission == nil ? try SignedRequest(reading: bytes) : nil
                let request = try screen.request(signed?.csr ?? bytes, proof)
                return Reading(
                    file: name, sender: handIn.sender, content: .success(request.publicKey), csr: request.der,
                    signed: signed, submission: handIn.submission, mark: handIn.mark)
            } catch {
                let enclosed = error.code == .malformed ? EnclosedPrivateKey.inDER(bytes) : []
                guard enclosed.isEmpty else {
                    return exposing(refused(RequestRefusal.privateKeyIncluded), enclosed, bytes)
                }
                throw error
            }
        } catch {
            return refused(error)
        }
    }

    /// The private keys' public halves are burnt for certain; the CSR's, where none of them can be read, for all that is known.
    private func exposing(
        _ reading: Reading, _ enclosed: [EnclosedPrivateKey], _ bytes: [UInt8]
    ) -> Reading {
        var reading = reading
        reading.exposed = enclosed.compactMap(\.publicKey).map {
            ExposedKeyClaim(key: $0.reference, isCertain: true)
        }
        if let key = try? CertificateRequest(reading: bytes).publicKey,
            !reading.exposed.contains(where: { $0.key == key.reference })
        {
            reading.exposed.append(ExposedKeyClaim(key: key.reference, isCertain: false))
        }
        return reading
    }
}

extension RequestRefusal {
    static let privateKeyIncluded = RequestRefusal(
        .privateKeyIncluded,
        "there is a private key in the file, which is burnt by that: make a new key, and let it never leave the device",
        hasSecret: true)
}
