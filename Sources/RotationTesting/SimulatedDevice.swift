import Basics
import PKI
import RotationModel

/// A device's side of a rotation, as its developer would write it: it keeps its keys and certificates, believes a manifest only
/// where everything about it is right, and does one step at a time. When a step is done is for whoever drives it.
package struct SimulatedDevice: Sendable {
    /// A certificate and its private key.
    package struct Identity: Sendable {
        package let key: PrivateKey
        package let certificate: Certificate

        package init(key: PrivateKey, certificate: Certificate) { (self.key, self.certificate) = (key, certificate) }
    }

    /// What the device has to do next.
    package enum Task: Equatable, Sendable {
        case nothing
        /// Hand in a CSR: the manifest asks for one, or brings a certificate for a key that the device does not have.
        case request
        /// Install the manifest's certificate, and confirm it.
        case install
        /// Confirm the certificate again: the last confirmation was not taken.
        case confirm
    }

    /// Why a certificate is not installed.
    package enum Defect: Error, Equatable { case nothingToInstall, foreignKey, foreignAuthority, notValid }

    package let id: DeviceID
    package let account: String
    private let manifestKey: PublicKeyInfo
    private let authorityKey: PublicKeyInfo

    /// What it authenticates with.
    package private(set) var current: Identity
    /// What it authenticated with before, and falls back to: kept until a manifest says that the replacement is over.
    package private(set) var previous: Identity?
    /// The key of its last CSR, until its certificate came.
    package private(set) var pendingKey: PrivateKey?
    /// The last manifest that it believed.
    package private(set) var manifest: SimulatedManifest?
    package private(set) var lastSequence = 0

    private var requestedFor = 0
    private var confirmedFor = 0
    private var confirmed: Fingerprint?

    package init(
        id: DeviceID, account: String, manifestKey: PublicKeyInfo, authorityKey: PublicKeyInfo, current: Identity
    ) {
        (self.id, self.account, self.current) = (id, account, current)
        (self.manifestKey, self.authorityKey) = (manifestKey, authorityKey)
    }

    // MARK: Names

    /// `NAME` of the files that it reads and writes: every byte of its id outside `A-Za-z0-9._-`, and a leading dot, as `%XX`.
    package var fileName: String {
        var name = ""
        for (place, byte) in id.text.utf8.enumerated() {
            let letter = Character(UnicodeScalar(byte))
            let isPlain = byte < 0x80 && (letter.isLetter || letter.isNumber || "._-".contains(letter))
            if isPlain && !(place == 0 && letter == ".") {
                name.append(letter)
            } else {
                name += "%" + Hex.encode([byte]).uppercased()
            }
        }
        return name
    }

    /// Its manifest's path in the delivery tree.
    package var manifestPath: String {
        let digest = SHA256.digest(Array(id.text.utf8)).hex
        return "manifests/\(digest.prefix(2))/\(digest.dropFirst(2).prefix(2))/\(fileName).jws"
    }

    // MARK: Steps

    /// Reads its manifest.
    ///
    /// - Throws: ``SimulatedManifest/Doubt``; then the device stays as it was.
    package mutating func read(_ jws: [UInt8], at now: Timestamp) throws(SimulatedManifest.Doubt) {
        let read = try peek(jws, after: lastSequence, at: now)
        manifest = read
        lastSequence = read.sequence
        guard let replaces = read.replaces, let previous, previous.certificate.fingerprint.hex == replaces else {
            return
        }
        switch read.action {
        case "none":
            if read.reason == "confirmed" { self.previous = nil }
        default:
            // The one that is to be replaced is the older one: the newer one is good for nothing.
            if read.certificate?.fingerprint == current.certificate.fingerprint { return }
            current = previous
            self.previous = nil
        }
    }

    /// Looks at a manifest as the device would, and does not note that it did.
    package func peek(
        _ jws: [UInt8], after sequence: Int, at now: Timestamp
    ) throws(SimulatedManifest.Doubt) -> SimulatedManifest {
        try SimulatedManifest(
            reading: jws, signedBy: manifestKey, for: id, account: account, lastSequence: sequence, at: now)
    }

    package var task: Task {
        guard let manifest else { return .nothing }
        switch manifest.action {
        case "rekey":
            return requestedFor == manifest.sequence && pendingKey != nil ? .nothing : .request
        case "install":
            guard let certificate = manifest.certificate else { return .nothing }
            if certificate.fingerprint == current.certificate.fingerprint {
                let isHeard =
                    confirmed == certificate.fingerprint
                    && (manifest.refused == nil || confirmedFor == manifest.sequence)
                return isHeard ? .nothing : .confirm
            }
            if key(for: certificate) != nil { return .install }
            return requestedFor == manifest.sequence && pendingKey != nil ? .nothing : .request
        default:
            return .nothing
        }
    }

    /// Whether the next CSR needs a new key: there is none, or the last one was not taken.
    package var needsKey: Bool { pendingKey == nil || manifest?.refused != nil }

    /// Makes the CSR that the manifest asks for.
    ///
    /// - Parameter key: a new key; nil stays with the one of the last CSR, and is for a device that has one.
    /// - Returns: PKCS#10 in DER.
    package mutating func request(_ key: PrivateKey?) throws(RotationError) -> [UInt8] {
        if let key { pendingKey = key }
        guard let pendingKey else { throw RotationError(.badInput, "the device has no key to certify") }
        requestedFor = lastSequence
        return try RequestSigner.make(
            key: pendingKey, subject: DistinguishedName([NameComponent(.commonName, "whatever")]))
    }

    /// Installs the manifest's certificate: the device goes on with it, and keeps the one before.
    package mutating func install(at now: Timestamp) throws {
        guard let certificate = manifest?.certificate else { throw Defect.nothingToInstall }
        guard let key = key(for: certificate) else { throw Defect.foreignKey }
        guard try certificate.isSigned(by: authorityKey) else { throw Defect.foreignAuthority }
        guard certificate.notBefore <= now, now <= certificate.notAfter else { throw Defect.notValid }
        previous = current
        current = Identity(key: key, certificate: certificate)
        pendingKey = nil
    }

    /// The confirmation of the certificate that the device goes on with: a JWS by its key.
    package mutating func confirmation(at now: Timestamp) throws(RotationError) -> [UInt8] {
        confirmed = current.certificate.fingerprint
        confirmedFor = lastSequence
        return try SimulatedDevice.confirmation(
            device: id.text, sequence: lastSequence, fingerprint: current.certificate.fingerprint.hex,
            time: now.rfc3339, key: current.key)
    }

    /// A confirmation of anything by anyone.
    package static func confirmation(
        device: String, sequence: Int, fingerprint: String, time: String, key: PrivateKey
    ) throws(RotationError) -> [UInt8] {
        try JWSSigner(key: key).sign(
            payload: confirmationPayload(device: device, sequence: sequence, fingerprint: fingerprint, time: time),
            type: "rotation-ack")
    }

    package static func confirmationPayload(
        device: String, sequence: Int, fingerprint: String, time: String
    ) -> [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.member("device", device)
            json.member("sequence", sequence)
            json.member("fingerprint", fingerprint)
            json.member("time", time)
        }
        return json.bytes
    }

    /// What a crash costs that comes before the key was written to the disk.
    package mutating func losePendingKey() { pendingKey = nil }

    /// What a crash costs that comes before the device noted that it had answered: it does the step again.
    package mutating func forgetAnswer() { (requestedFor, confirmedFor, confirmed) = (0, 0, nil) }

    private func key(for certificate: Certificate) -> PrivateKey? {
        [pendingKey, current.key].compactMap { $0 }.first { $0.publicKey == certificate.publicKey }
    }
}
