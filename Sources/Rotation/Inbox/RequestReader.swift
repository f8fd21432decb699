import Delivery
import PKI
import RotationModel

/// Reads the files of the inbox on all cores: what can be said of a CSR without looking anything up.
struct RequestReader: Sendable {
    let tray: InboxTray
    /// Whose keys no device may have.
    var authorities = AuthorityDirectory([])

    /// A file of the inbox, read: a request that proves possession of its key, or what is wrong with it.
    struct Reading: Sendable {
        let file: String
        let sender: DeviceFileName.Decoded?
        let content: Result<PublicKeyInfo, RequestRefusal>
        /// Whether the CSR's subject is the sender's name.
        let namesSender: Bool
        /// The CSR in DER; empty where it is not usable.
        let csr: [UInt8]

        init(
            file: String, sender: DeviceFileName.Decoded?, content: Result<PublicKeyInfo, RequestRefusal>,
            namesSender: Bool = false, csr: [UInt8] = []
        ) {
            (self.file, self.sender, self.content, self.namesSender) = (file, sender, content, namesSender)
            self.csr = csr
        }
    }

    /// - Returns: first those whose subject is their sender's name. Nothing but the key of a CSR is used, and who signed it proves
    ///   nothing else; but where somebody copies a device's CSR under his own name, the first one that is judged has the key.
    func read(_ names: [String]) async throws -> [Reading] {
        let readings = try await withTaskExecutorPreference(BlockingThreads.shared) {
            try await Parallel.map(names) { share in
                let proof = ProofOfPossession()
                return share.map { reading($0, proof) }
            }
        }
        return readings.filter(\.namesSender) + readings.filter { !$0.namesSender }
    }

    private func reading(_ name: String, _ proof: ProofOfPossession) -> Reading {
        let sender: DeviceFileName.Decoded
        do {
            sender = try tray.sender(of: name)
        } catch {
            return Reading(file: name, sender: nil, content: .failure(RequestRefusal(.fileName, error)))
        }
        let content = request(name, proof)
        let accepted = try? content.get()
        return Reading(
            file: name, sender: sender, content: content.map(\.publicKey),
            namesSender: accepted.map { RequestReader.names(sender, $0.subject) } ?? false, csr: accepted?.der ?? [])
    }

    private static func names(_ sender: DeviceFileName.Decoded, _ subject: DistinguishedName) -> Bool {
        guard case .device(let device) = sender else { return false }
        let name = DistinguishedName([NameComponent(.commonName, device.text)]).text
        return ",\(subject.text),".contains(",\(name),")
    }

    private func request(_ name: String, _ proof: ProofOfPossession) -> Result<CertificateRequest, RequestRefusal> {
        let bytes: [UInt8]
        do {
            bytes = try tray.read(name)
        } catch {
            // Who may read the inbox is between the operator and the server that fills it; the device cannot help it.
            return .failure(RequestRefusal(error.code == .badInput ? .unreadable : .inaccessible, error))
        }
        if EnclosedPrivateKey.isPEM(in: bytes) { return .failure(RequestReader.burntKey) }
        do {
            let request = try CertificateRequest(reading: bytes)
            // A weak key's signature proves nothing, and is not looked at.
            let weakness = authorities.weakness(of: request.publicKey.identity) ?? request.publicKey.weakness
            if let weakness { return .failure(RequestRefusal(.weakKey, weakness)) }
            switch request.publicKey.algorithm {
            case .rsa, .ecdsaP256, .ecdsaP384, .ecdsaP521: break
            case .dsa, .ed25519, .other:
                return .failure(
                    RequestRefusal(
                        .keyNotAllowed, "a key of kind \(request.publicKey.algorithm.name) is not allowed for devices"))
            }
            do {
                try proof.verify(request)
            } catch {
                return .failure(RequestRefusal(.proofOfPossession, error))
            }
            return .success(request)
        } catch {
            if EnclosedPrivateKey.isDER(bytes) { return .failure(RequestReader.burntKey) }
            return .failure(RequestRefusal(.malformed, error))
        }
    }

    private static let burntKey = RequestRefusal(
        .privateKeyIncluded,
        "there is a private key in the file, which is burnt by that: make a new key, and let it never leave the device",
        hasSecret: true)
}
