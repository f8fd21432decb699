import RotationModel
import SwiftASN1

/// One extension of a certificate, a CRL or a CRL's entry (RFC 5280, 4.1), its value not looked at.
struct ExtensionItem {
    /// The content octets of its object identifier.
    let type: ArraySlice<UInt8>
    let isCritical: Bool
    /// What the value's OCTET STRING holds.
    let value: ArraySlice<UInt8>

    /// Hands out the extensions of a list in its order.
    ///
    /// - Throws: ``RotationError/Code/badInput`` where the list is empty or malformed, or an extension stands there twice.
    static func forEach(
        in node: ASN1Node, what: String, _ body: (ExtensionItem) throws(RotationError) -> Void
    ) throws(RotationError) {
        var seen: [ArraySlice<UInt8>] = []
        var extensions = try node.children(what)
        guard extensions.upcoming != nil else { throw DERReader.malformed(what, "is empty") }
        while let item = extensions.nextIfAny() {
            var parts = try item.children("extension")
            let type = try parts.next("extension").objectIdentifier("extension's type")
            let critical = try parts.next(ifTagged: .boolean)
                .map { node throws(RotationError) in try node.boolean("extension's critical mark") }
            let value = try parts.next("extension's value").bytes("extension's value", tag: .octetString)
            try parts.end("extension")
            guard !seen.contains(type) else {
                throw RotationError(
                    .badInput, "the extension \(ObjectIdentifier.dotted(type)) stands there twice",
                    advice: "RFC 5280 (4.2) allows it once")
            }
            seen.append(type)
            try body(ExtensionItem(type: type, isCritical: critical ?? false, value: value))
        }
    }

    /// What each of some encoded extensions holds, by the content octets of its type.
    static func values(of encoded: [UInt8]) throws(RotationError) -> [[UInt8]: [UInt8]] {
        var values: [[UInt8]: [UInt8]] = [:]
        let list = try DERReader.parse(DEREncoder.sequence(encoded)[...], what: "list of extensions")
        try forEach(in: list, what: "list of extensions") { item in values[Array(item.type)] = Array(item.value) }
        return values
    }

    /// What is not known and critical forbids to use the whole (RFC 5280, 5.2 and 5.3).
    func refuseIfCritical(_ owner: String) throws(RotationError) {
        if isCritical {
            throw RotationError(
                .badInput,
                "the \(owner) has the critical extension \(ObjectIdentifier.dotted(type)), which is not known here")
        }
    }
}
