import RotationModel
import SwiftASN1

/// Walks elements that lie one after the other, without parsing what is in them.
struct DERElements {
    private var rest: ArraySlice<UInt8>
    private let what: String

    /// - Parameter what: What the bytes are, for messages.
    init(_ bytes: ArraySlice<UInt8>, what: String) {
        rest = bytes
        self.what = what
    }

    /// Where the next element starts, in the array that all this is a part of.
    var position: Int { rest.startIndex }
    var isAtEnd: Bool { rest.isEmpty }
    /// How many bytes are left.
    var count: Int { rest.count }
    /// The identifier octet of the next element; nil at the end.
    var upcomingTag: UInt8? { rest.first }

    /// The next element, parsed.
    mutating func nextNode(_ part: String) throws(RotationError) -> ASN1Node {
        try DERReader.parse(take(part).element, what: part)
    }

    /// The content of the next element, to be walked in turn.
    mutating func next(_ tag: UInt8, _ part: String) throws(RotationError) -> DERElements {
        if let found = rest.first, found != tag { throw DERReader.malformed(part, "has the wrong type") }
        return DERElements(try take(part).content, what: part)
    }

    func end() throws(RotationError) {
        if !rest.isEmpty { throw DERReader.malformed(what, "has more elements than it may have") }
    }

    /// A tag of one octet, which is all that X.509 has, and a length in its shortest form (X.690, 10.1).
    private mutating func take(
        _ part: String
    ) throws(RotationError) -> (element: ArraySlice<UInt8>, content: ArraySlice<UInt8>) {
        guard let tag = rest.first else { throw DERReader.malformed(part, "is missing") }
        guard tag & 0x1F != 0x1F else { throw DERReader.malformed(part, "has the wrong type") }
        var position = rest.startIndex + 1
        func octet() throws(RotationError) -> UInt8 {
            guard position < rest.endIndex else { throw DERReader.malformed(part, "is cut off") }
            defer { position += 1 }
            return rest[position]
        }
        var length = Int(try octet())
        if length >= 0x80 {
            let octets = length & 0x7F
            guard (1...7).contains(octets) else { throw DERElements.badLength(part) }
            length = 0
            for _ in 0..<octets { length = length << 8 | Int(try octet()) }
            guard length >= 0x80, length >> ((octets - 1) * 8) > 0 else { throw DERElements.badLength(part) }
        }
        guard length <= rest.endIndex - position else { throw DERReader.malformed(part, "is cut off") }
        let end = position + length
        defer { rest = rest[end...] }
        return (rest[..<end], rest[position..<end])
    }

    private static func badLength(_ part: String) -> RotationError {
        DERReader.malformed(part, "is not DER: a length is indefinite or longer than needed")
    }
}
