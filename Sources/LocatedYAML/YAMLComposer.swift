import Yams

/// Has Yams parse a text, and turns what it makes of it into located values.
///
/// Yams stops at the first mapping with a key that stands twice. To tell that mistake together with all others, the
/// first of the two keys is given a stand-in name of the same length, and the text is parsed again.
final class YAMLComposer {
    private let log: DiagnosticLog
    private var text: String
    /// The keys that were given a stand-in, by the stand-in.
    private var originals: [String: String] = [:]

    /// So many keys that stand twice are told one by one: fewer of a long text, since each costs another parse of it all.
    private var mostDuplicates: Int { max(5, min(100, (1 << 21) / max(1, text.utf8.count))) }

    init(log: DiagnosticLog) {
        self.log = log
        text = log.source.text
    }

    func compose(example: String) -> LocatedValue? {
        if let anchor = AliasGuard.firstAnchor(ofManyAliasesIn: log.source) {
            log.report(
                at: anchor, length: 1, YAMLConverter.anchorMessage, help: YAMLConverter.anchorHelp, rule: .syntax)
            return nil
        }
        for _ in 0...mostDuplicates {
            do {
                // Without Yams' resolver: it would match each scalar against YAML 1.1's types, which nobody asks for.
                let parser = try Yams.Parser(yaml: text, resolver: .basic, encoding: .utf8)
                guard let node = try parser.singleRoot() else { break }
                // Anchors live as long as their parser.
                return withExtendedLifetime(parser) {
                    YAMLConverter(log: log, originals: originals).convert(root: node)
                }
            } catch YamlError.duplicatedKeysInMapping(let keys, let context) {
                let position = SourcePosition(line: context.mark.line, column: context.mark.column)
                guard let key = keys.first, disguise(key, at: position) else {
                    log.report(
                        at: position, length: 1, "a key stands twice in one mapping", help: "keep one of them",
                        rule: .duplicateKey)
                    return nil
                }
            } catch {
                YAMLProblem(error, in: log.source).report(to: log)
                return nil
            }
        }
        if originals.isEmpty {
            log.report(
                at: .start, length: 1, "the file holds no values", help: "such a file starts with `\(example)`",
                rule: .unreadable)
        } else {
            log.report(
                at: .start, length: 1, "too many keys stand twice", help: "keep one of each", rule: .duplicateKey)
        }
        return nil
    }

    /// Replaces a key by private-use characters. False where it does not stand there letter by letter.
    private func disguise(_ key: String, at position: SourcePosition) -> Bool {
        let source = SourceText(path: log.path, text: text)
        let rest = source.rest(at: position)
        let isQuoted = rest.first == "\"" || rest.first == "'"
        let count = isQuoted ? SourceToken.length(in: rest) - 2 : key.unicodeScalars.count
        let here = rest.dropFirst(isQuoted ? 1 : 0).prefix(count)
        let name = originals[key] ?? key
        guard count > 0, String(String.UnicodeScalarView(here)) == key,
            let letter = Unicode.Scalar(0xE000 + UInt32(originals.count))
        else { return false }
        let standIn = String(String.UnicodeScalarView(repeatElement(letter, count: count)))
        guard let range = source.range(at: position, skipping: isQuoted ? 1 : 0, count: count) else { return false }
        originals[standIn] = name
        text.replaceSubrange(range, with: standIn)
        return true
    }
}

extension SourceText {
    /// Where some scalars of a line stand in ``text``.
    fileprivate func range(at position: SourcePosition, skipping: Int, count: Int) -> Range<String.Index>? {
        let line = line(position.line)
        let scalars = line.unicodeScalars
        guard
            let start = scalars.index(
                scalars.startIndex, offsetBy: position.column - 1 + skipping, limitedBy: scalars.endIndex),
            let end = scalars.index(start, offsetBy: count, limitedBy: scalars.endIndex)
        else { return nil }
        return start..<end
    }
}

/// Finds files whose aliases could be expanded without end before they are looked at: ten aliases of ten aliases of ….
enum AliasGuard {
    private static let fewest = 10

    /// The first anchor of a text that has many aliases too; nil for any other text. What stands in quotes or comments
    /// is not told apart, so this speaks only when there are many.
    static func firstAnchor(ofManyAliasesIn source: SourceText) -> SourcePosition? {
        var anchor: SourcePosition?
        var aliases = 0
        var (line, column) = (1, 1)
        var previous: Unicode.Scalar = "\n"
        var opensValue = true
        for scalar in source.text.unicodeScalars {
            if opensValue, previous != ":" && previous != "-" && previous != "?" {
                if scalar == "&", anchor == nil { anchor = SourcePosition(line: line, column: column) }
                if scalar == "*" { aliases += 1 }
            }
            if scalar != " " { opensValue = ":-?,[{\n\r".unicodeScalars.contains(scalar) }
            (line, column) = scalar == "\n" ? (line + 1, 1) : (line, column + 1)
            previous = scalar
        }
        return aliases >= fewest ? anchor : nil
    }
}
