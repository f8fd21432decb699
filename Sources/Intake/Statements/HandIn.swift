import Delivery
import Fleet
import RotationModel

/// Something that a device handed in, read from where it lies: under its device's name in a folder, or in the gate's spool with what the gate
/// says of it.
struct HandIn<Fault: StatementFault>: Sendable {
    typealias Refusal = InboxRefusal<Fault>

    /// Its name where it lies.
    let file: String
    /// Whom it speaks for; nil where that cannot be told.
    let sender: DeviceFileName.Decoded?
    /// Set where it came through the gate.
    let submission: SubmissionMark?
    let bytes: Result<[UInt8], Refusal>
    /// Tells the very file that was read; nil where none was.
    let mark: FileMark?

    init(_ file: String, in source: InboxFolder) {
        self.file = file
        if source.isSpool {
            let read = HandIn.submission(file, in: source)
            let submission = try? read.get()
            sender = (submission?.device).map { .device($0) }
            self.submission = submission.map { SubmissionMark($0, name: file) }
            bytes = read.map(\.bytes)
            mark = source.mark(ofRead: file)
            return
        }
        submission = nil
        do {
            sender = try source.sender(of: file)
            bytes = Result { () throws(Refusal) in try HandIn.read(file, in: source) }
        } catch {
            (sender, bytes) = (nil, .failure(Refusal(.fileName, error)))
        }
        mark = source.mark(ofRead: file)
    }

    private static func submission(_ file: String, in source: InboxFolder) -> Result<Submission, Refusal> {
        Result { () throws(Refusal) in
            let bytes = try read(file, in: source)
            guard SpoolName(file) != nil else {
                throw Refusal(.fileName, "the file name is none that the gate gives")
            }
            do throws(RotationError) {
                return try Submission(reading: bytes)
            } catch {
                throw Refusal(.malformed, error)
            }
        }
    }

    static func read(_ file: String, in source: InboxFolder) throws(Refusal) -> [UInt8] {
        do {
            return try source.read(file)
        } catch {
            // Who may read the inbox is between the operator and the server that fills it; the device cannot help it.
            throw Refusal(error.code == .badInput ? .unreadable : .inaccessible, error)
        }
    }
}

/// What the gate says of what a device handed in.
struct SubmissionMark: Sendable, Equatable {
    let device: DeviceID
    let account: AccountID
    let session: GateSession

    init(_ submission: Submission, name: String) {
        (device, account) = (submission.device, submission.account)
        session = GateSession(certificate: submission.certificate, at: submission.at, submission: name)
    }
}
