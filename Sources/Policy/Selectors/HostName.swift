import Basics

/// Host names as certificates may have them: letters, digits and hyphens (RFC 5280, 4.2.1.6; RFC 1034, 3.5; RFC 1123, 2.1).
enum HostName {
    /// At most 253 characters, in labels that ``isLabel(_:)`` takes; the last one is not a number, so that no address
    /// passes for a name.
    static func isLegal(_ text: String) -> Bool {
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        guard text.utf8.count <= 253, labels.allSatisfy(isLabel), let last = labels.last else { return false }
        return !last.utf8.allSatisfy(isDigit)
    }

    /// 1 to 63 letters, digits and hyphens, with no hyphen at either end.
    static func isLabel(_ text: some StringProtocol) -> Bool {
        let hyphen = UInt8(ascii: "-")
        return (1...63).contains(text.utf8.count)
            && text.utf8.allSatisfy { isLetter($0) || isDigit($0) || $0 == hyphen }
            && text.utf8.first != hyphen && Substring(text).utf8.last != hyphen
    }

    static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}

/// URIs as certificates may have them (RFC 3986; RFC 5280, 4.2.1.6: absolute, ASCII).
enum URIText {
    /// Whether it starts with a scheme and a colon, and something follows.
    static func hasScheme(_ text: String) -> Bool {
        let bytes = text.utf8
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), bytes.index(after: colon) != bytes.endIndex else {
            return false
        }
        let scheme = bytes[..<colon]
        return scheme.first.map(HostName.isLetter) == true
            && scheme.allSatisfy {
                HostName.isLetter($0) || HostName.isDigit($0) || $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-")
                    || $0 == UInt8(ascii: ".")
            }
    }

    /// The first character that a URI cannot hold as it stands (RFC 3986, 2), if there is one.
    static func illegal(in text: String) -> Character? {
        // Asked of every name of every certificate, and nearly always without a find.
        guard text.utf8.contains(where: { !standsForItself[Int($0)] }) else { return nil }
        let bytes = Array(text.utf8)
        for (at, byte) in bytes.enumerated() {
            if byte == UInt8(ascii: "%") {
                let digits = bytes.dropFirst(at + 1).prefix(2)
                if digits.count < 2 || digits.contains(where: { Hex.value(of: $0) == nil }) { return "%" }
            } else if !standsForItself[Int(byte)] {
                return text.first { Array(String($0).utf8).contains(byte) }
            }
        }
        return nil
    }

    /// A segment of the path that is `.` or `..`: whoever resolves or normalizes the URI takes it away, with the one before it (RFC 3986,
    /// 5.2.4 and 6.2.2). Nil where there is none.
    static func dotSegment(in text: String) -> Substring? {
        let (slash, bytes) = (UInt8(ascii: "/"), text.utf8)
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        var path = bytes[bytes.index(after: colon)...].prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
        // An authority is no part of the path.
        if path.starts(with: [slash, slash]) { path = path.dropFirst(2).drop { $0 != slash } }
        while true {
            let segment = path.prefix { $0 != slash }
            if isDots(segment) { return Substring(segment) }
            guard segment.endIndex < path.endIndex else { return nil }
            path = path[path.index(after: segment.endIndex)...]
        }
    }

    /// Whether it is one dot or two, written as they are or percent-encoded.
    private static func isDots(_ segment: Substring.UTF8View) -> Bool {
        var (rest, dots) = (segment, 0)
        while let first = rest.first {
            if first == UInt8(ascii: ".") {
                rest = rest.dropFirst()
            } else if first == UInt8(ascii: "%"),
                rest.prefix(3).elementsEqual("%2E".utf8) || rest.prefix(3).elementsEqual("%2e".utf8)
            {
                rest = rest.dropFirst(3)
            } else {
                return false
            }
            dots += 1
        }
        return dots == 1 || dots == 2
    }

    /// By byte, whether a URI can have it, and it begins no percent-encoding.
    private static let standsForItself: [Bool] = {
        let reserved = Set(":/?#[]@!$&'()*+,;=".utf8)
        return (UInt8.min...UInt8.max).map { PercentEncoding.isUnreserved($0) || reserved.contains($0) }
    }()
}
