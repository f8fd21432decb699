/// A row of the registry, by the number that its engine gave it: means nothing outside of the inventory that it comes from.
///
/// `Kind` says what stands in the row, so that a device's number is never taken for a certificate's.
package struct RowID<Kind>: Hashable, Sendable {
    package let number: Int64

    package init(_ number: Int64) { self.number = number }
}

/// A device's claim to a certificate, of any status: what a ``RowID`` can be of.
package enum CertificateRow {}

/// A rotation, open or ended: what a ``RowID`` can be of.
package enum RotationRow {}
