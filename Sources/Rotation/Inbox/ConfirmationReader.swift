import Delivery
import PKI
import RotationModel

/// What a device says when it confirms. Nothing of it is believed before its signature is verified.
struct Acknowledgement: Sendable {
    let device: String
    let sequence: Int
    let fingerprint: Fingerprint
    let time: Timestamp
    let jws: UnverifiedJWS
    /// Over the file's bytes: tells a file that was taken already from another.
    let digest: SHA256Digest

    /// - Throws: why the bytes are no confirmation.
    init(reading bytes: [UInt8]) throws(ConfirmationRefusal) {
        do throws(JWSProblem) {
            jws = try UnverifiedJWS(reading: bytes)
        } catch {
            throw ConfirmationRefusal(error)
        }
        // Told before anything else is looked at: nobody sends such a thing by mistake.
        guard JWSAlgorithm(rawValue: jws.algorithm) != nil else { throw ConfirmationRefusal(.algorithm(jws.algorithm)) }
        let payload: FlatJSON
        do {
            payload = try FlatJSON(reading: jws.payload)
        } catch {
            throw ConfirmationRefusal(.malformed, error)
        }
        guard let device = payload.string("device"), let sequence = payload.integer("sequence"),
            let fingerprint = payload.string("fingerprint"), let time = payload.string("time")
        else {
            throw ConfirmationRefusal(
                .malformed, "the payload wants the members device, sequence, fingerprint and time")
        }
        guard let digest = SHA256Digest(hex: fingerprint) else {
            throw ConfirmationRefusal(.malformed, "fingerprint wants the 64 hexadecimal digits of a SHA-256")
        }
        guard let time = Timestamp(rfc3339: time) else {
            throw ConfirmationRefusal(.malformed, "time wants RFC 3339, as in 2026-12-01T00:00:00Z")
        }
        (self.device, self.sequence, self.time) = (device, sequence, time)
        self.fingerprint = Fingerprint(digest)
        self.digest = SHA256.digest(bytes)
    }
}

extension ConfirmationRefusal {
    init(_ problem: JWSProblem) {
        switch problem {
        case .malformed(let text): self.init(.malformed, text)
        case .critical: self.init(.criticalHeader, "the header wants extensions that are not known here (crit)")
        case .algorithm(let name):
            self.init(.algorithm, "the algorithm \"\(name)\" is not one for the key of the new certificate")
        case .key(let error): self.init(.unreadable, error)
        case .signature: self.init(.foreignKey, "the signature is not by the key of the new certificate")
        }
    }
}

/// Reads the files of `inbox/ack` on all cores: what can be said of a confirmation without looking anything up.
struct ConfirmationReader: Sendable {
    let tray: InboxTray

    /// A file, read.
    struct Reading: Sendable {
        let file: String
        let sender: DeviceFileName.Decoded?
        let content: Result<Acknowledgement, ConfirmationRefusal>
    }

    func read(_ names: [String]) async throws -> [Reading] {
        try await withTaskExecutorPreference(BlockingThreads.shared) {
            try await Parallel.map(names) { share in share.map(reading) }
        }
    }

    private func reading(_ name: String) -> Reading {
        do {
            let sender = try tray.sender(of: name)
            return Reading(file: name, sender: sender, content: acknowledgement(name))
        } catch {
            return Reading(file: name, sender: nil, content: .failure(ConfirmationRefusal(.fileName, error)))
        }
    }

    private func acknowledgement(_ name: String) -> Result<Acknowledgement, ConfirmationRefusal> {
        let bytes: [UInt8]
        do {
            bytes = try tray.read(name)
        } catch {
            return .failure(ConfirmationRefusal(error.code == .badInput ? .unreadable : .inaccessible, error))
        }
        return Result { () throws(ConfirmationRefusal) in try Acknowledgement(reading: bytes) }
    }
}
