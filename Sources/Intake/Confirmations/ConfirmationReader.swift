import Delivery
import Fleet
import PKI
import RotationModel
import System

/// What a device says when it confirms. Nothing of it is believed before its signature is verified.
struct Acknowledgement: Sendable {
    let statement: SignedStatement<ConfirmationFault>
    let sequence: Int
    let fingerprint: Fingerprint

    /// What `typ` says.
    static let type = "rotation-ack"

    /// - Throws: why the bytes are no confirmation.
    init(reading bytes: [UInt8]) throws(ConfirmationRefusal) {
        statement = try SignedStatement(reading: bytes, type: Acknowledgement.type, largest: Inbox.largestConfirmation)
        sequence = try statement.payload.number("sequence")
        fingerprint = Fingerprint(try statement.payload.digest("fingerprint"))
    }
}

/// Reads confirmations, of `inbox/ack` or of the gate's spool, on all cores: what can be said of a confirmation without looking anything up.
package struct ConfirmationReader: Sendable {
    let source: InboxFolder

    package init(source: InboxFolder) {
        self.source = source
    }

    /// A file, read.
    package struct Reading: Sendable {
        let file: String
        let sender: DeviceFileName.Decoded?
        let content: Result<Acknowledgement, ConfirmationRefusal>
        /// The submission's name, where it came through the gate.
        let submission: String?
        /// Tells the very file.
        let mark: FileMark?
    }

    package func read(_ names: [String]) async throws -> [Reading] {
        try await withTaskExecutorPreference(BlockingThreads.shared) {
            try await Parallel.map(names) { share in share.map(reading) }
        }
    }

    private func reading(_ name: String) -> Reading {
        let handIn = HandIn<ConfirmationFault>(name, in: source)
        return Reading(
            file: name, sender: handIn.sender, content: handIn.bytes.flatMap(ConfirmationReader.acknowledgement),
            submission: handIn.submission?.session.submission, mark: handIn.mark)
    }

    private static func acknowledgement(in bytes: [UInt8]) -> Result<Acknowledgement, ConfirmationRefusal> {
        if !EnclosedPrivateKey.inPEM(bytes).isEmpty || !EnclosedPrivateKey.inDER(bytes).isEmpty {
            return .failure(
                ConfirmationRefusal(
                    .privateKeyIncluded,
                    "there is a private key in the file, which is burnt by that: hand in a CSR with a new one, and let it never leave the device",
                    hasSecret: true))
        }
        return Result { () throws(ConfirmationRefusal) in try Acknowledgement(reading: bytes) }
    }
}

extension ConfirmationReader {
    /// Looks at a confirmation that came over a network, without looking anything up.
    ///
    /// - Throws: as the inbox refuses a file with these bytes.
    package static func screen(_ bytes: [UInt8]) throws(ConfirmationRefusal) {
        _ = try acknowledgement(in: bytes).get()
    }
}
