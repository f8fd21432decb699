/// Hides secrets that somebody wrote into a configuration file, where a message shows the line: messages go into logs and mails.
enum SecretMask {
    /// A part of a line with as many stars as the secrets in it have characters, so that carets still point at their places.
    ///
    /// - Parameter text: what stands around the part: what makes a word a secret may stand before it.
    static func hiding(in text: Substring, showing part: Range<String.Index>) -> String {
        let secrets = secrets(in: text)
        guard !secrets.isEmpty else { return String(text[part]) }
        return String(
            text[part].indices.map { place in secrets.contains { $0.contains(place) } ? "*" : text[place] })
    }

    private static func secrets(in text: Substring) -> [Range<String.Index>] {
        // A PIN in a PKCS#11 URI (RFC 7512, 2.4), and a word where a mapping should say from where the secret comes.
        let uris = text.matches(of: /(?i)pin(?:-|%2d)val\w*\s*=(?<secret>[^;&"'\s]*)/).map(\.output.secret)
        let words = text.matches(
            of:
                /(?i)\b(?:passphrase|password|passwd|pass|pin|secret)["']?\s*:\s*(?!\{?\s*(?:file|env|credential)\s*:)(?<secret>\S.*)/
        ).map(\.output.secret)
        return (uris + words).map { $0.startIndex..<$0.endIndex }
    }
}
