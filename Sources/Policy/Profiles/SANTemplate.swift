import Basics
import RotationModel

/// A subject alternative name as a profile writes it: `URI:`, `DNS:`, `EMAIL:` or `IP:` and a text with the placeholders
/// `{device}`, `{account}` and `{label:NAME}`.
package struct SANTemplate: Hashable, Sendable, CustomStringConvertible {
    enum Kind: String, Sendable, CaseIterable {
        case uri = "URI"
        case dns = "DNS"
        case email = "EMAIL"
        case ip = "IP"
    }

    /// As it was written.
    package let description: String
    let kind: Kind
    let pieces: [TemplatePiece]

    init(_ text: String) throws(TemplateMistake) {
        description = text
        let prefix = text.prefix { $0 != ":" }
        guard prefix.endIndex < text.endIndex, let kind = Kind(rawValue: String(prefix)) else {
            throw TemplateMistake(
                "`\(text)` does not say which kind of name it is",
                help: "write URI:urn:device:{account}:{device}, DNS:…, EMAIL:… or IP:…")
        }
        self.kind = kind
        pieces = try TemplateScanner.pieces(of: text[text.index(after: prefix.endIndex)...])
        try check()
    }

    /// Whether the device's id stands in it.
    var namesDevice: Bool { pieces.contains(.device) }

    /// The name for a device. In a URI, what the device gives is percent-encoded, so that it stays one segment.
    ///
    /// - Throws: ``RotationError/Code/badInput`` where a label is missing, or the result is no legal name of its kind.
    func name(for facts: DeviceFacts) throws(RotationError) -> GeneralName {
        var text = ""
        for piece in pieces {
            let value = try piece.value(for: facts)
            text += kind == .uri && piece.isPlaceholder ? PercentEncoding.encode(value) : value
        }
        do throws(TemplateMistake) {
            return try SANTemplate.name(kind, text)
        } catch {
            throw RotationError(
                .badInput, error.message, at: "device \(facts.device)",
                advice: "\(error.help); the profile says \(description)")
        }
    }

    /// What can be told before any device is known.
    private func check() throws(TemplateMistake) {
        guard !pieces.isEmpty else { throw TemplateMistake("the name is empty", help: "write a name after the colon") }
        guard pieces.contains(where: \.isPlaceholder) else {
            guard case .text(let text)? = pieces.first else { return }
            _ = try SANTemplate.name(kind, text)
            return
        }
        switch kind {
        case .uri:
            // Whatever stands for placeholders is made of letters, digits and percent signs.
            let sample = pieces.map { if case .text(let text) = $0 { text } else { "x" } }.joined()
            guard case .text(let start)? = pieces.first, start.contains(":") else {
                throw TemplateMistake(
                    "the URI does not start with a scheme", help: "write one out, such as urn: or https:")
            }
            _ = try SANTemplate.name(kind, sample)
        case .dns:
            for case .text(let text) in pieces {
                let labels = text.split(separator: ".", omittingEmptySubsequences: false)
                let isLegal = labels.allSatisfy {
                    $0.utf8.allSatisfy { HostName.isLetter($0) || HostName.isDigit($0) || $0 == UInt8(ascii: "-") }
                }
                guard isLegal, !labels.dropFirst().dropLast().contains("") else {
                    throw TemplateMistake(
                        "`\(text)` cannot stand in a host name",
                        help: "labels of letters, digits and hyphens, with dots between them")
                }
            }
        case .email, .ip: break
        }
    }

    private static func name(_ kind: Kind, _ text: String) throws(TemplateMistake) -> GeneralName {
        switch kind {
        case .uri:
            if let character = URIText.illegal(in: text) {
                throw TemplateMistake("`\(character)` cannot stand in a URI as it is", help: "percent-encode it")
            }
            guard URIText.hasScheme(text) else {
                throw TemplateMistake(
                    "`\(text)` is not an absolute URI", help: "start it with a scheme, such as urn: or https:")
            }
            if let segment = URIText.dotSegment(in: text) {
                throw TemplateMistake(
                    "`\(segment)` is a part of the path of `\(text)`, which resolves away (RFC 3986, 5.2.4)",
                    help:
                        "write it beside other text in its part, such as urn:device:{device} or https://…/device-{device}"
                )
            }
            return .uri(text)
        case .dns:
            guard HostName.isLegal(text) else {
                throw TemplateMistake(
                    "`\(text)` is not a legal host name",
                    help: "labels of 1 to 63 letters, digits and hyphens, 253 characters in all")
            }
            return .dns(text)
        case .email:
            guard isMailbox(text) else {
                throw TemplateMistake("`\(text)` is not a mail address", help: "write it like name@example.com")
            }
            return .email(text)
        case .ip:
            guard let bytes = IPAddress.bytes(of: text) else {
                throw TemplateMistake("`\(text)` is not an IP address", help: "write it like 192.0.2.1 or 2001:db8::1")
            }
            return .ip(bytes)
        }
    }

    /// A dot-atom, an at sign, and a host name (RFC 5280, 4.2.1.6; RFC 5321, 4.1.2).
    private static func isMailbox(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        let marks = Set("!#$%&'*+-/=?^_`{|}~".utf8)
        guard parts.count == 2, (1...64).contains(parts[0].utf8.count), HostName.isLegal(String(parts[1])) else {
            return false
        }
        return parts[0].split(separator: ".", omittingEmptySubsequences: false).allSatisfy { atom in
            !atom.isEmpty
                && atom.utf8.allSatisfy { HostName.isLetter($0) || HostName.isDigit($0) || marks.contains($0) }
        }
    }
}
