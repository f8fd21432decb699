import RotationModel
import SwiftASN1

/// Reads DER (X.690) strictly, with errors that name the part that is wrong.
enum DERReader {
    /// One value that fills the bytes.
    ///
    /// - Parameters:
    ///   - what: What the bytes are, for messages: `certificate`.
    ///   - largest: The most bytes that are looked at.
    static func parse(_ bytes: [UInt8], what: String, largest: Int) throws(RotationError) -> ASN1Node {
        guard !bytes.isEmpty else { throw RotationError(.badInput, "the \(what) is empty") }
        guard bytes.count <= largest else {
            throw RotationError(
                .badInput, "the \(what) is \(bytes.count) bytes long", advice: "at most \(largest) are taken")
        }
        return try parse(bytes[...], what: what)
    }

    static func parse(_ bytes: ArraySlice<UInt8>, what: String) throws(RotationError) -> ASN1Node {
        do {
            return try DER.parse(bytes)
        } catch {
            throw malformed(what, problem(of: error))
        }
    }

    static func malformed(_ what: String, _ problem: String) -> RotationError {
        RotationError(.badInput, "the \(what) \(problem)")
    }

    private static func problem(of error: any Error) -> String {
        switch (error as? ASN1Error)?.code {
        case .truncatedASN1Field: "is cut off"
        case .unsupportedFieldLength: "is not DER: a length is indefinite or longer than needed"
        default: "is not well-formed DER"
        }
    }
}

extension ASN1Identifier {
    /// `[number]`, context-specific.
    static func context(_ number: UInt) -> ASN1Identifier {
        ASN1Identifier(tagWithNumber: number, tagClass: .contextSpecific)
    }
}

extension ASN1Node {
    /// The elements of a SEQUENCE, or of what else the tag says.
    func children(_ what: String, tag: ASN1Identifier = .sequence) throws(RotationError) -> DERChildren {
        guard identifier == tag, case .constructed(let nodes) = content else {
            throw DERReader.malformed(
                what, "is not \(tag == .set ? "a SET" : tag == .sequence ? "a SEQUENCE" : "tagged \(tag)")")
        }
        return DERChildren(nodes)
    }

    /// The content octets of a primitive element.
    func bytes(_ what: String, tag: ASN1Identifier) throws(RotationError) -> ArraySlice<UInt8> {
        guard identifier == tag, case .primitive(let bytes) = content else {
            throw DERReader.malformed(what, "has the wrong type")
        }
        return bytes
    }

    func objectIdentifier(_ what: String) throws(RotationError) -> ArraySlice<UInt8> {
        let content = try bytes(what, tag: .objectIdentifier)
        guard ObjectIdentifier.isValid(content) else { throw DERReader.malformed(what, "is no object identifier") }
        return content
    }

    /// The content octets of an INTEGER in its shortest form, of either sign.
    func integer(_ what: String, tag: ASN1Identifier = .integer) throws(RotationError) -> ArraySlice<UInt8> {
        let content = try bytes(what, tag: tag)
        guard let first = content.first else { throw DERReader.malformed(what, "is an INTEGER of no bytes") }
        if content.count > 1 {
            let second = content[content.startIndex + 1]
            guard !(first == 0 && second < 0x80), !(first == 0xFF && second >= 0x80) else {
                throw DERReader.malformed(what, "is an INTEGER with superfluous leading bytes")
            }
        }
        return content
    }

    /// A positive INTEGER without its sign byte: big-endian, no leading zero.
    func positive(_ what: String) throws(RotationError) -> ArraySlice<UInt8> {
        let content = try integer(what)
        guard let first = content.first, first < 0x80, content.count > 1 || first > 0 else {
            throw DERReader.malformed(what, "is not positive")
        }
        return first == 0 ? content.dropFirst() : content
    }

    /// An INTEGER from 0 to 2^31-1.
    func small(_ what: String) throws(RotationError) -> Int {
        let content = try integer(what)
        guard let first = content.first, first < 0x80, content.count <= 4 else {
            throw DERReader.malformed(what, "is out of range")
        }
        return content.reduce(0) { $0 << 8 | Int($1) }
    }

    /// A BOOLEAN; DER knows 00 and FF alone.
    func boolean(_ what: String) throws(RotationError) -> Bool {
        let content = try bytes(what, tag: .boolean)
        guard content.count == 1, let byte = content.first, byte == 0 || byte == 0xFF else {
            throw DERReader.malformed(what, "is no BOOLEAN")
        }
        return byte == 0xFF
    }

    /// A BIT STRING of whole bytes, as keys and signatures are.
    func wholeBits(_ what: String) throws(RotationError) -> ArraySlice<UInt8> {
        let content = try bytes(what, tag: .bitString)
        guard content.first == 0 else { throw DERReader.malformed(what, "is not a BIT STRING of whole bytes") }
        return content.dropFirst()
    }

    var isNull: Bool {
        guard identifier == .null, case .primitive(let bytes) = content else { return false }
        return bytes.isEmpty
    }
}

/// Walks the elements of a constructed value, with the next one in view.
struct DERChildren {
    private var iterator: ASN1NodeCollection.Iterator
    private(set) var upcoming: ASN1Node?

    init(_ nodes: ASN1NodeCollection) {
        iterator = nodes.makeIterator()
        upcoming = iterator.next()
    }

    mutating func next(_ what: String) throws(RotationError) -> ASN1Node {
        guard let node = upcoming else { throw DERReader.malformed(what, "is missing") }
        upcoming = iterator.next()
        return node
    }

    /// The next element if it is there at all.
    mutating func nextIfAny() -> ASN1Node? {
        defer { upcoming = iterator.next() }
        return upcoming
    }

    /// The next element if it has the tag.
    mutating func next(ifTagged tag: ASN1Identifier) -> ASN1Node? {
        guard let node = upcoming, node.identifier == tag else { return nil }
        upcoming = iterator.next()
        return node
    }

    /// The one element inside `[number]`, explicitly tagged, if that comes next.
    mutating func next(explicitly number: UInt, _ what: String) throws(RotationError) -> ASN1Node? {
        guard let outer = next(ifTagged: .context(number)) else { return nil }
        var inside = try outer.children(what, tag: .context(number))
        let inner = try inside.next(what)
        try inside.end(what)
        return inner
    }

    func end(_ what: String) throws(RotationError) {
        if upcoming != nil { throw DERReader.malformed(what, "has more elements than it may have") }
    }
}
