import RotationModel
import SwiftASN1

/// SubjectAltName's content (RFC 5280, 4.2.1.6).
enum GeneralNames {
    /// The names of the kinds that ``GeneralName`` has; those of other kinds are passed over.
    static func read(
        _ node: ASN1Node, _ what: String, tag: ASN1Identifier = .sequence
    ) throws(RotationError) -> [GeneralName] {
        var names: [GeneralName] = []
        var elements = try node.children(what, tag: tag)
        while let element = elements.nextIfAny() {
            guard element.identifier.tagClass == .contextSpecific, element.identifier.tagNumber <= 8 else {
                throw DERReader.malformed(what, "holds what is no GeneralName")
            }
            guard case .primitive(let bytes) = element.content else { continue }
            switch element.identifier.tagNumber {
            case 1: names.append(.email(try ascii(bytes, what)))
            case 2: names.append(.dns(try ascii(bytes, what)))
            case 6: names.append(.uri(try ascii(bytes, what)))
            case 7:
                guard bytes.count == 4 || bytes.count == 16 else {
                    throw DERReader.malformed(what, "holds an IP address of \(bytes.count) bytes")
                }
                names.append(.ip(Array(bytes)))
            default: continue
            }
        }
        return names
    }

    /// Every name of whatever kind as it is encoded, sorted.
    static func elements(of value: ArraySlice<UInt8>) throws(RotationError) -> [[UInt8]] {
        var elements = try DERReader.parse(value, what: "list of names").children("list of names")
        var found: [[UInt8]] = []
        while let element = elements.nextIfAny() { found.append(Array(element.encodedBytes)) }
        return found.sorted { $0.lexicographicallyPrecedes($1) }
    }

    /// The URIs of a DistributionPointName (RFC 5280, 4.2.1.13) with its own tag around it; none where it is relative to the issuer.
    static func fullNameURIs(_ node: ASN1Node, _ what: String) throws(RotationError) -> [String] {
        var choice = try node.children(what, tag: .context(0))
        let name = try choice.next(what)
        try choice.end(what)
        guard name.identifier == .context(0) else { return [] }
        return try read(name, what, tag: .context(0)).compactMap { if case .uri(let uri) = $0 { uri } else { nil } }
    }

    /// A DistributionPointName of one URI, with its own tag around it.
    static func fullName(uri: String) throws(RotationError) -> [UInt8] {
        DEREncoder.element(0xA0, DEREncoder.element(0xA0, try encode([.uri(uri)], what: "CRL distribution point")))
    }

    /// The content of the SEQUENCE, without its header.
    ///
    /// - Parameter what: What the names are, for messages.
    /// - Throws: ``RotationError/Code/badInput`` where a name cannot be written: not ASCII, empty, or an IP address that is
    ///   neither 4 nor 16 bytes long.
    static func encode(
        _ names: [GeneralName], what: String = "subject alternative name"
    ) throws(RotationError) -> [UInt8] {
        var content: [UInt8] = []
        for name in names {
            switch name {
            case .email(let text): try append(text, what, tag: 0x81, to: &content)
            case .dns(let text): try append(text, what, tag: 0x82, to: &content)
            case .uri(let text): try append(text, what, tag: 0x86, to: &content)
            case .ip(let bytes):
                guard bytes.count == 4 || bytes.count == 16 else {
                    throw RotationError(.badInput, "an IP address of \(bytes.count) bytes cannot be certified")
                }
                content += DEREncoder.element(0x87, bytes)
            }
        }
        return content
    }

    private static func append(
        _ text: String, _ what: String, tag: UInt8, to content: inout [UInt8]
    ) throws(RotationError) {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) else {
            throw RotationError(
                .badInput, "the \(what) \"\(text)\" is not printable ASCII",
                advice: "percent-encode it (RFC 3986, 2.1) or use its ASCII form")
        }
        var writer = DERWriter(reservingCapacity: text.utf8.count + 4)
        writer.append(header: tag, length: text.utf8.count)
        content += writer.bytes
        content += text.utf8
    }

    private static func ascii(_ bytes: ArraySlice<UInt8>, _ what: String) throws(RotationError) -> String {
        guard bytes.allSatisfy({ $0 < 0x80 }) else { throw DERReader.malformed(what, "holds a name that is not ASCII") }
        return String(decoding: bytes, as: UTF8.self)
    }
}
