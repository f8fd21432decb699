import Basics
import RotationModel
import SwiftASN1

/// A distinguished name (RFC 5280, 4.1.2.4), kept byte for byte as its DER: names are compared by it.
package struct DistinguishedName: Hashable, Sendable {
    package let der: [UInt8]

    /// A name of single-valued parts, in the order of the text `CN=x,O=y`; the DER has the reverse (RFC 4514, 2.1).
    ///
    /// C and serialNumber become PrintableString and DC becomes IA5String where the value allows it, all else UTF8String.
    package init(_ components: [NameComponent]) {
        var content: [UInt8] = []
        for component in components.reversed() {
            let value = DEREncoder.element(
                component.attribute.stringTag(for: component.value), Array(component.value.utf8))
            let type = DEREncoder.objectIdentifier(component.attribute.objectIdentifier)
            content += DEREncoder.element(0x31, DEREncoder.sequence(type, value))
        }
        der = DEREncoder.element(0x30, content)
    }

    /// - Throws: ``RotationError/Code/badInput`` where the bytes are no Name.
    package init(der: [UInt8]) throws(RotationError) {
        try self.init(node: DERReader.parse(der[...], what: "name"), what: "name")
    }

    /// Of a certificate in the field, whatever the bytes are: names are compared by them.
    init(unchecked der: [UInt8]) { self.der = der }

    init(node: ASN1Node, what: String) throws(RotationError) {
        var relativeNames = try node.children(what)
        while let relativeName = relativeNames.nextIfAny() {
            var attributes = try relativeName.children(what, tag: .set)
            guard attributes.upcoming != nil else { throw DERReader.malformed(what, "has an empty part") }
            while let attribute = attributes.nextIfAny() {
                var parts = try attribute.children(what)
                _ = try parts.next(what).objectIdentifier(what)
                _ = try parts.next(what)
                try parts.end(what)
            }
        }
        der = Array(node.encodedBytes)
    }

    /// Whether the name has no parts at all.
    package var isEmpty: Bool { der.count == 2 }
}

// MARK: - RFC 4514

extension DistinguishedName: CustomStringConvertible {
    /// As RFC 4514 writes it: the last part of the DER first, parts of one relative name joined by `+`. An attribute without a
    /// short name stands under its dotted identifier, a value that is no text as `#` and the hexadecimal of its DER.
    package var text: String {
        guard let node = try? DERReader.parse(der[...], what: "name"), var names = try? node.children("name")
        else { return "#\(Hex.encode(der))" }
        var parts: [String] = []
        while let name = names.nextIfAny() {
            var attributes: [String] = []
            if var members = try? name.children("name", tag: .set) {
                while let member = members.nextIfAny() {
                    attributes.append(DistinguishedName.text(ofAttribute: member))
                }
            }
            parts.append(attributes.joined(separator: "+"))
        }
        return parts.reversed().joined(separator: ",")
    }

    package var description: String { text }

    private static func text(ofAttribute node: ASN1Node) -> String {
        guard var parts = try? node.children("name"), let typeNode = parts.nextIfAny(),
            let valueNode = parts.nextIfAny(),
            let type = try? typeNode.objectIdentifier("name")
        else { return "" }
        let label = NameAttribute(objectIdentifier: type)?.rawValue ?? ObjectIdentifier.dotted(type)
        guard let value = DirectoryString.text(of: valueNode) else {
            return "\(label)=#\(Hex.encode(valueNode.encodedBytes))"
        }
        return "\(label)=\(escaped(value))"
    }

    /// RFC 4514, 2.4.
    private static func escaped(_ value: String) -> String {
        guard value.unicodeScalars.contains(where: { " \"#+,;<>\\\0".unicodeScalars.contains($0) }) else {
            return value
        }
        var text = String.UnicodeScalarView()
        let scalars = value.unicodeScalars
        for (offset, index) in scalars.indices.enumerated() {
            let scalar = scalars[index]
            let isLast = scalars.index(after: index) == scalars.endIndex
            switch scalar {
            case "\0": text.append(contentsOf: "\\00".unicodeScalars)
            case "\"", "+", ",", ";", "<", ">", "\\": text.append(contentsOf: ["\\", scalar])
            case "#" where offset == 0, " " where offset == 0 || isLast: text.append(contentsOf: ["\\", scalar])
            default: text.append(scalar)
            }
        }
        return String(text)
    }
}
