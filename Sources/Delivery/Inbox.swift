import PKI
import RotationModel

/// The folder that devices hand in to. What lies in it is not to be trusted: not its names, not its kinds, not its sizes, and not
/// that it stays what it was.
package struct Inbox: Sendable {
    private let folders: InboxDescriptors

    /// - Parameter acceptsGate: whether what lies in `gate` is taken for a gate's word. Otherwise such a folder is an obstacle.
    package init(root: String, acceptsGate: Bool = false) {
        folders = InboxDescriptors(root: root, acceptsGate: acceptsGate)
    }

    package var root: String { folders.root }

    /// `csr/NAME.csr`: certificate signing requests; `csr/NAME.jws`: the same, signed by the device.
    package var requests: InboxFolder {
        InboxFolder(
            folders: folders, folder: "csr",
            kinds: [
                InboxFolder.Kind(suffix: Inbox.requestSuffix, largest: CertificateRequest.largest),
                InboxFolder.Kind(suffix: Inbox.signedRequestSuffix, largest: Inbox.largestSignedRequest),
            ])
    }

    /// The name of the file in which a device hands a CSR in.
    package static func requestFile(of device: DeviceID, isSigned: Bool) -> String {
        DeviceFileName.encode(device) + (isSigned ? signedRequestSuffix : requestSuffix)
    }

    private static let requestSuffix = ".csr"
    private static let signedRequestSuffix = ".jws"

    /// `ack/NAME.jws`: proofs that a device holds the key of its new certificate.
    package var confirmations: InboxFolder {
        InboxFolder(
            folders: folders, folder: "ack",
            kinds: [InboxFolder.Kind(suffix: ".jws", largest: Inbox.largestConfirmation)])
    }

    /// `gate/submissions/TIME-RANDOM.json`: what devices handed in at the gate, see ``Submission``.
    package var submissions: InboxFolder { spool(Spool.submissionsFolder, largest: Submission.largestFile) }

    /// `gate/seen/TIME-RANDOM.json`: who spoke to the gate, see ``SeenNote``.
    package var seen: InboxFolder { spool(Spool.seenFolder, largest: SeenNote.largestFile) }

    /// Where the gate's ``Spool`` lies.
    package static func spoolPath(in root: String) -> String { "\(root)/\(InboxDescriptors.gate)" }

    private func spool(_ name: String, largest: Int) -> InboxFolder {
        InboxFolder(
            folders: folders, folder: "\(InboxDescriptors.gate)/\(name)",
            kinds: [InboxFolder.Kind(suffix: SpoolName.suffix, largest: largest)])
    }

    /// The name under which a file is rejected: its own, but for what came through the gate, which is named after its device. So a device
    /// cannot fill the disk there either, and finds its reason where others do.
    ///
    /// - Parameter device: whose it is; nil where no device of the inventory could be told.
    package static func rejectedName(of file: String, device: DeviceID?) -> String {
        guard SpoolName(file) != nil, let device else { return file }
        return DeviceFileName.encode(device) + SpoolName.suffix
    }

    /// The most bytes of a confirmation that are read. One signed with RSA-8192 takes less than 2 KiB.
    package static let largestConfirmation = 16 * 1024

    /// The most bytes of a signed request that are read: base64url within base64url makes 29 KiB of the largest CSR.
    package static let largestSignedRequest = 32 * 1024
}
