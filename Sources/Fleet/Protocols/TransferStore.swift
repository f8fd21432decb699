import RotationModel

/// The fleet, in and out.
package protocol TransferStore {
    /// Writes all devices and certificates, in the order of the device ids' bytes; a device's certificates by notBefore,
    /// then fingerprint. Imported into an empty inventory, it gives the same devices and certificates.
    ///
    /// - Parameter write: Takes the output piece by piece.
    /// - Throws: ``RotationError`` where the inventory fails; what `write` throws, as an error of code
    ///   ``RotationError/Code/io`` unless it is a ``RotationError``.
    func exportFleet(format: ExportFormat, write: ([UInt8]) throws -> Void) throws(RotationError)

    /// Reads devices and their certificates in. Reading the same input again changes nothing.
    ///
    /// A row that cannot go in is reported and left out; the others go in. Unless it is strict or a dry run, the import
    /// commits now and then: after a crash, importing again completes it. Where very many rows come into an inventory that has few or none, nothing
    /// is committed before they are all there.
    ///
    /// - Parameters:
    ///   - path: A file, or for aws-iot a folder.
    ///   - reader: Reads certificates, PEM or DER; on all cores at once.
    ///   - rejected: Called for each row that does not go in, in the order of the input.
    ///   - progress: Called now and then with the bytes read, the file's size, and the devices so far.
    /// - Throws: ``RotationError`` where the input as a whole cannot be read, or the inventory cannot be written.
    func importFleet(
        from path: String, options: ImportOptions, reader: @escaping CertificateReader, rejected: (RejectedRow) -> Void,
        progress: (_ bytesDone: Int64, _ bytesTotal: Int64, _ devices: Int) -> Void
    ) throws(RotationError) -> ImportSummary

    /// Copies everything into an empty inventory of any engine, and reads both sides once more. All of it or nothing.
    ///
    /// - Parameter progress: Called now and then with a table's rows that are done.
    /// - Throws: ``RotationError/Code/io`` where the other has something in it; ``RotationError/Code/inventory`` where what arrived is not what
    ///   was read.
    func copyAll(
        to other: any FleetStore, progress: (_ table: String, _ rows: Int) -> Void
    ) throws(RotationError) -> [CopiedTable]
}
