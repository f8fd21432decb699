import RotationModel
import SwiftASN1

/// One extension of a certificate, a CRL or a CRL's entry (RFC 5280, 4.1), its value not looked at.
struct ExtensionItem {
    /// The content octets of its object identifier.
    let type: ArraySlice<UInt8>
    let isCritical: Bool
    /// What the value's OCTET STRING holds.
    let value: ArraySlice<UInt8>

    /// - Throws: ``RotationError/Code/badInput`` where the element is no extension.
    init(node: ASN1Node) throws(RotationError) {
        var parts = try node.children("extension")
        type = try parts.next("extension").objectIdentifier("extension's type")
        let critical = try parts.next(ifTagged: .boolean)
            .map { node throws(RotationError) in try node.boolean("extension's critical mark") }
        isCritical = critical ?? false
        value = try parts.next("extension's value").bytes("extension's value", tag: .octetString)
        try parts.end("extension")
    }

    /// Hands out the extensions of a list in its order.
    ///
    /// - Throws: ``RotationError/Code/badInput`` where the list is empty or malformed, or an extension stands there twice; where reading
    ///   is lenient, each of these is noted, and the first of two counts.
    static func forEach(
        in node: ASN1Node, what: String, _ reading: inout PartReading,
        _ body: (ExtensionItem) throws(RotationError) -> Void
    ) throws(RotationError) {
        var seen: [ArraySlice<UInt8>] = []
        let list = try reading.read(orElse: nil) { () throws(RotationError) -> DERChildren? in
            let list = try node.children(what)
            guard list.upcoming != nil else { throw DERReader.malformed(what, "is empty") }
            return list
        }
        guard var extensions = list else { return }
        while let element = extensions.nextIfAny() {
            try reading.check { () throws(RotationError) in
                let item = try ExtensionItem(node: element)
                guard !seen.contains(item.type) else {
                    throw RotationError(
                        .badInput, "the extension \(ObjectIdentifier.dotted(item.type)) stands there twice",
                        advice: "RFC 5280 (4.2) allows it once")
                }
                seen.append(item.type)
                try body(item)
            }
        }
    }

    static func forEach(
        in node: ASN1Node, what: String, _ body: (ExtensionItem) throws(RotationError) -> Void
    ) throws(RotationError) {
        var strict = PartReading.strict
        try forEach(in: node, what: what, &strict, body)
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
