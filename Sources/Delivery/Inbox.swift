import PKI
import RotationModel

/// The folder that devices hand in to. What lies in it is not to be trusted: not its names, not its kinds, not its sizes, and not
/// that it stays what it was.
package struct Inbox: Sendable {
    private let folders: InboxDescriptors

    package init(root: String) {
        folders = InboxDescriptors(root: root)
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

    /// The most bytes of a confirmation that are read. One signed with RSA-8192 takes less than 2 KiB.
    package static let largestConfirmation = 16 * 1024

    /// The most bytes of a signed request that are read: base64url within base64url makes 29 KiB of the largest CSR.
    package static let largestSignedRequest = 32 * 1024
}
