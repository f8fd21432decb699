import Fleet
import RotationModel

/// A parser of what strangers write, with what must hold of it whatever the bytes are.
package enum FuzzTarget: String, CaseIterable, Sendable {
    case certificate
    case request
    case pem
    case jws
    case policy
    case csv
    case ndjson
    case awsIoT = "aws-iot"
    case tls

    /// The most bytes of an input that are worth trying: longer ones find nothing that shorter ones do not.
    package static let largestInput = 16 * 1024

    /// What becomes of an input.
    package enum Outcome: Sendable {
        case accepted
        case refused
    }

    /// Something that must hold, and does not.
    package struct Fault: Error, CustomStringConvertible, Sendable {
        package let description: String

        init(_ description: String) { self.description = description }
    }

    /// A reader for many inputs, one after the other.
    ///
    /// - Throws: ``RotationError`` where the workspace that imports need cannot be made.
    package func makeReader() throws -> any FuzzedReader {
        switch self {
        case .certificate: CertificateTarget()
        case .request: RequestTarget()
        case .pem: PEMTarget()
        case .jws: try JWSTarget()
        case .policy: PolicyTarget()
        case .csv: try ImportTarget(.csv)
        case .ndjson: try ImportTarget(.ndjson)
        case .awsIoT: try ImportTarget(.awsIoT)
        case .tls: try TLSTarget()
        }
    }
}

/// One parser under test.
package protocol FuzzedReader {
    /// Reads bytes that may be anything.
    ///
    /// - Throws: ``FuzzTarget/Fault`` where something does not hold that must. A crash or a hang is for the driver to notice.
    func read(_ bytes: [UInt8]) throws -> FuzzTarget.Outcome
}

/// - Throws: ``FuzzTarget/Fault`` with the sentence, where the condition does not hold.
func require(_ condition: Bool, _ sentence: @autoclosure () -> String) throws {
    guard condition else { throw FuzzTarget.Fault(sentence()) }
}

/// Runs a parser. What it refuses has to be the input's fault, and to be said.
///
/// - Returns: nil where it refused.
func accepted<Value>(_ body: () throws -> Value) throws -> Value? {
    do {
        return try body()
    } catch let error as RotationError {
        try require(error.code == .badInput, "bad bytes are told as \(error.code): \(error)")
        try require(!error.message.isEmpty, "bytes are refused without a word")
        return nil
    }
}
