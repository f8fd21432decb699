/// Hides secrets that somebody wrote into a configuration file, where a message shows the line: messages go into logs and mails.
enum SecretMask {
    /// The line with as many stars as the secrets in it have characters, so that carets still point at their places.
    static func hiding(in line: String) -> String {
        var characters = Array(line)
        for secret in secrets(in: line) {
            let start = line.distance(from: line.startIndex, to: secret.lowerBound)
            for place in start..<start + line.distance(from: secret.lowerBound, to: secret.upperBound) {
                characters[place] = "*"
            }
        }
        return String(characters)
    }

    private static func secrets(in line: String) -> [Range<String.Index>] {
        // A PIN in a PKCS#11 URI (RFC 7512, 2.4), and a word where a mapping should say from where the secret comes.
        let uris = line.matches(of: /(?i)pin-value\s*=(?<secret>[^;&"'\s]*)/).map(\.output.secret)
        let words = line.matches(of: /\b(?:passphrase|pin)["']?\s*:\s*(?<secret>[^\s{,}][^,}]*)/).map(\.output.secret)
        return (uris + words).map { $0.startIndex..<$0.endIndex }
    }
}
