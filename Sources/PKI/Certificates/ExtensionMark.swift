import RotationModel
import SwiftASN1

/// That an extension is there, and whether who does not know it must refuse the certificate (RFC 5280, 4.2).
struct ExtensionMark: Hashable, CustomStringConvertible {
    /// The content octets of its object identifier.
    let type: [UInt8]
    let isCritical: Bool

    init(_ type: ObjectIdentifier, isCritical: Bool = false) {
        (self.type, self.isCritical) = (type.content, isCritical)
    }

    init(_ item: ExtensionItem) {
        (type, isCritical) = (Array(item.type), item.isCritical)
    }

    var description: String { ObjectIdentifier.dotted(type[...]) + (isCritical ? " (critical)" : "") }
}

extension Certificate {
    /// All extensions, those too that nothing here understands, in the certificate's order.
    func extensionItems() throws(RotationError) -> [ExtensionItem] {
        var parts = try DERReader.parse(der, what: "certificate", largest: Certificate.largest).children("certificate")
        var fields = try parts.next("certificate's content").children("certificate's content")
        var items: [ExtensionItem] = []
        while let field = fields.nextIfAny() {
            guard field.identifier == .init(tagWithNumber: 3, tagClass: .contextSpecific) else { continue }
            var inner = try field.children("extensions", tag: field.identifier)
            try ExtensionItem.forEach(in: inner.next("extensions"), what: "list of extensions") { item in
                items.append(item)
            }
        }
        return items
    }
}
