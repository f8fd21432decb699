import Fleet
import Policy
import RotationModel

/// Finds the certificate that a person names by serial number and issuer, as some program printed them.
struct SerialSearch {
    let serial: SerialNumber
    /// RFC 4514 text, or the name in another program's way of writing.
    let issuer: String
    let recognition: any IssuerRecognition

    /// - Throws: ``RotationError/Code/badInput`` that says which of the two the inventory does not know, and what it knows.
    func certificates(in snapshot: any FleetView) throws -> [RevocableCertificate] {
        let known = try snapshot.issuerNames().map(\.name).sorted()
        let names = Set(recognition.issuers(meantBy: issuer, among: known))
        guard !names.isEmpty else {
            throw RotationError(
                .badInput, "no certificate of the inventory has the issuer `\(issuer)`", at: "--issuer",
                advice: known.isEmpty ? "the inventory has no certificate at all" : "its issuers are \(listed(known))")
        }
        let withSerial = try spellings.lazy.map { try snapshot.certificates(serial: $0) }.first { !$0.isEmpty } ?? []
        let found = try withSerial.filter { names.contains(try snapshot.issuerName($0.issuer)) }
        guard !found.isEmpty else {
            let others = Set(try withSerial.map { try snapshot.issuerName($0.issuer) }).sorted()
            throw RotationError(
                .badInput, "the inventory has no certificate with the serial number \(serial) of this issuer",
                at: "--serial \(serial) --issuer \(issuer)",
                advice: others.isEmpty
                    ? "see `rotation-job inventory show DEVICE`" : "one of that number is by \(listed(others))")
        }
        return found
    }

    /// Tools show the octets of a negative number as they would a positive one's: `FF` may be either.
    private var spellings: [SerialNumber] {
        let bare = SerialNumber(bytes: Array(serial.bytes.drop { $0 == 0 }))
        return bare == serial || bare.bytes.isEmpty ? [serial] : [serial, bare]
    }

    private func listed(_ names: [String]) -> String {
        names.prefix(5).map { "`\($0)`" }.joined(separator: ", ")
            + (names.count > 5 ? " and \(names.count - 5) more" : "")
    }
}
