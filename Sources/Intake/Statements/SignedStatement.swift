import Basics
import Delivery
import PKI
import RotationModel

/// What any file that a device signs can be refused for, whatever it says. Confirmations and requests have further reasons.
package protocol StatementFault: RawRepresentable<String>, Sendable {
    static var fileName: Self { get }
    /// Not the device's fault: the file stays where it is.
    static var inaccessible: Self { get }
    static var unreadable: Self { get }
    static var malformed: Self { get }
    /// `crit` names extensions that are not known here (RFC 7515, 4.1.11).
    static var criticalHeader: Self { get }
    /// `none`, a MAC, or an algorithm that is not one for the key (RFC 8725, 3.1).
    static var algorithm: Self { get }
    /// `typ` names another kind of statement, or none (RFC 8725, 3.11).
    static var wrongType: Self { get }
    static var wrongDevice: Self { get }
    static var foreignKey: Self { get }
    static var futureTime: Self { get }
    static var oldTime: Self { get }
}

/// A compact JWS that a device handed in, with the members that each has. Nothing of it is believed before ``verify(with:whose:)``.
struct SignedStatement<Fault: StatementFault>: Sendable {
    typealias Refusal = InboxRefusal<Fault>

    let payload: StatementPayload<Fault>
    let device: String
    let time: Timestamp
    /// Over the file's bytes: tells a file that was taken already from another.
    let digest: SHA256Digest
    private let jws: UnverifiedJWS
    private let type: String

    /// - Parameters:
    ///   - type: what `typ` has to be.
    ///   - largest: the most bytes of a payload.
    /// - Throws: why the bytes are no such statement.
    init(reading bytes: [UInt8], type: String, largest: Int) throws(Refusal) {
        do throws(JWSProblem) {
            jws = try UnverifiedJWS(reading: bytes)
        } catch {
            throw Refusal(error, by: "the key")
        }
        // Told before anything else is looked at: nobody sends such a thing by mistake.
        guard JWSAlgorithm(rawValue: jws.algorithm) != nil else {
            throw Refusal(.algorithm(Printable.text(jws.algorithm.prefix(24))), by: "the key")
        }
        payload = try StatementPayload(reading: jws.payload, largest: largest)
        device = try payload.text("device", like: "the device's id")
        time = try payload.time("time")
        digest = SHA256.digest(bytes)
        self.type = type
    }

    /// - Parameter whose: what the key is, for messages: `the key of the new certificate`.
    func verify(with key: PublicKeyInfo, whose: String) throws(Refusal) {
        do throws(JWSProblem) {
            try jws.verify(with: key)
        } catch .signature {
            switch jws.signatureMistake(for: key) {
            case .der(let bytes, let wanted)?:
                throw Refusal(.malformed, JWSSignatureMistake.der(bytes: bytes, wanted: wanted).description)
            case let mistake?: throw Refusal(.foreignKey, "the signature is not by \(whose): \(mistake)")
            case nil: throw Refusal(.signature, by: whose)
            }
        } catch {
            throw Refusal(error, by: whose, signing: JWSAlgorithm(for: key))
        }
        try checkType()
    }

    /// Whether it is by this key, for messages that say by which one it is.
    func isSigned(by key: PublicKeyInfo) -> Bool { (try? jws.verify(with: key)) != nil }

    /// - Parameter sender: whom the file's name speaks for.
    func check(sender: DeviceID) throws(Refusal) {
        guard device.utf8.elementsEqual(sender.text.utf8) else {
            throw Refusal(.wrongDevice, "the payload names another device than the file does")
        }
    }

    /// - Parameters:
    ///   - earliest: what the statement cannot have been made before; nil where that is not known.
    ///   - what: what happened at that time.
    func checkTime(at now: Timestamp, notBefore earliest: Timestamp?, _ what: String) throws(Refusal) {
        guard time <= now + StatementClock.skew else {
            throw Refusal(.futureTime, "the time \(time) is in the future; set the device's clock")
        }
        if let earliest, time < earliest - StatementClock.skew {
            throw Refusal(.oldTime, "the time \(time) is before \(what) (\(earliest)); set the device's clock")
        }
    }

    /// A signature for one purpose must not serve another (RFC 8725, 3.11).
    private func checkType() throws(Refusal) {
        guard jws.type != type else { return }
        guard let found = jws.type else {
            throw Refusal(.wrongType, "the header has no typ; it should be \"\(type)\"")
        }
        throw Refusal(
            .wrongType, "the header's typ is \"\(Printable.text(found.prefix(40)))\"; it should be \"\(type)\"")
    }
}

/// What is known of devices' clocks.
enum StatementClock {
    /// How far a device's clock may be off.
    static let skew = TimeSpan.minutes(5)
}

extension InboxRefusal where Code: StatementFault {
    /// - Parameters:
    ///   - whose: the key that was wanted.
    ///   - algorithm: what that key signs with, where it is known.
    init(_ problem: JWSProblem, by whose: String, signing algorithm: JWSAlgorithm? = nil) {
        switch problem {
        case .malformed(let text): self.init(.malformed, text)
        case .critical: self.init(.criticalHeader, "the header wants extensions that are not known here (crit)")
        case .algorithm(let name):
            let right = algorithm.map { "; it signs with \($0.rawValue)" } ?? ""
            self.init(.algorithm, "the algorithm \"\(name)\" is not one for \(whose)\(right)")
        case .key(let error): self.init(.unreadable, error)
        case .signature: self.init(.foreignKey, "the signature is not by \(whose)")
        }
    }
}
