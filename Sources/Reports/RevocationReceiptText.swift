import Basics
import Job
import Planning
import RotationModel

/// What came of an order to revoke, for the person who gave it.
package struct RevocationReceiptText {
    let receipt: RevocationService.Receipt
    let style: Style

    package init(_ receipt: RevocationService.Receipt, style: Style = .plain) {
        self.receipt = receipt
        self.style = style
    }

    package var text: String {
        let outlook = receipt.outlook
        let parts = [
            (outlook.matched, "named"), (outlook.descendants, "issued by renewing one of them"),
            (outlook.sharedKeys, "with the same key"),
        ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
        let count = outlook.matched + outlook.descendants + outlook.sharedKeys
        let what =
            count == 0
            ? "no certificate has this key, and none ever will"
            : "\(counted(count, "certificate")) (\(parts.joined(separator: ", ")))"
                + (outlook.revoked > 0 ? ", \(outlook.revoked) of them REVOKED already" : "")
        return style.bold("Recorded as \(receipt.name)") + ", for \(outlook.revocation.reason.rawValue): \(what).\n"
            + "The next run carries it out. To see it first: rotation-job plan\n"
            + style.dim("To take it back before that: rotation-job revoke --withdraw \(receipt.name)") + "\n"
    }
}
