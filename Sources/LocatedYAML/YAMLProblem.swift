import Yams

/// What the YAML parser stumbled over, in words that say what to do.
struct YAMLProblem {
    private let position: SourcePosition
    private let message: String
    private let help: String

    init(_ error: any Error, in source: SourceText) {
        switch error {
        case YamlError.scanner(let context, let problem, let mark, _),
            YamlError.parser(let context, let problem, let mark, _),
            YamlError.composer(let context, let problem, let mark, _):
            self.init(problem, context: context, at: SourcePosition(line: mark.line, column: mark.column), in: source)
        default:
            self.init("the YAML cannot be read: \(error)", context: nil, at: .start, in: source)
        }
    }

    private init(_ problem: String, context: YamlError.Context?, at position: SourcePosition, in source: SourceText) {
        self.position = position
        let character = source.rest(at: position).first
        let opened = context.map { "; it was opened in line \($0.mark.line)" } ?? ""
        let before = source.line(position.line).unicodeScalars.prefix(max(0, position.column - 1)).last { $0 != " " }
        switch problem {
        case _ where (before == "\"" || before == "'") && problem.hasPrefix("did not find expected ','"):
            message = "a text in quotes ends here, and more follows"
            help = "is the quote before it closed? every other quote of the line opens a text" + opened
        case "but found another document":
            message = "a second document starts here"
            help = "one file holds one document: move it to a file of its own"
        case "found undefined alias":
            message = "an unquoted `*` starts an alias in YAML"
            help = "quote the text: \"*…\""
        case "mapping values are not allowed in this context":
            message = "a colon is not expected here"
            help = "quote a text that holds `: `, and check the indentation"
        case "could not find expected ':'":
            message = "a key without a colon"
            help = "a key is followed by a colon and a space"
        case "found unexpected end of stream":
            message = "the file ends inside a quoted text"
            help = "close the quote" + opened
        case "did not find expected ',' or ']'":
            message = "a list in brackets is not closed"
            help = "elements are separated by commas and closed by ]" + opened
        case "did not find expected ',' or '}'":
            message = "a mapping in braces is not closed"
            help = "entries are separated by commas and closed by }" + opened
        case "did not find expected key", "did not find expected '-' indicator":
            message = "this line does not fit the lines around it"
            help =
                "check the indentation and the brackets"
                + (context.map { ": it belongs to line \($0.mark.line)" } ?? "")
        case _ where character == "\t":
            message = "a tab cannot indent or separate in YAML"
            help = "use spaces"
        case "found character that cannot start any token":
            message = "a text cannot start with `\(character.map(String.init) ?? "")`"
            help = "quote it"
        case _ where problem.hasPrefix("Maximum nesting level"):
            message = "nested far too deep"
            help = "no file here needs more than \(YAMLDocument.deepest) levels"
        default:
            message = problem
            help = context.map { "\($0.text), in line \($0.mark.line)" } ?? ""
        }
    }

    func report(to log: DiagnosticLog) {
        log.report(at: position, length: 1, message, help: help, rule: .syntax)
    }
}
