/// A pattern over whole device ids: `*` stands for any characters, also none and also `/`, `?` for exactly one, and
/// `[a-f7]` for one of a set, `[!0-9]` for one outside it. A backslash takes the next character as it is.
/// Characters are Unicode scalars, and upper and lower case differ.
package struct Glob: Hashable, Sendable, CustomStringConvertible {
    private enum Step: Hashable, Sendable {
        case literal(Unicode.Scalar)
        case one
        case many
        case set([ClosedRange<UInt32>], isInverted: Bool)
    }

    package let description: String
    private let steps: [Step]
    /// What each text that matches starts with.
    let literalStart: [Unicode.Scalar]

    /// Nil where a `[` is not closed, a range runs backwards, or a backslash is the last character.
    package init?(_ pattern: String) {
        description = pattern
        var steps: [Step] = []
        var rest = Substring(pattern).unicodeScalars
        while let next = rest.popFirst() {
            switch next {
            case "*": if steps.last != .many { steps.append(.many) }
            case "?": steps.append(.one)
            case "[":
                guard let set = Glob.takeSet(&rest) else { return nil }
                steps.append(set)
            case "\\":
                guard let literal = rest.popFirst() else { return nil }
                steps.append(.literal(literal))
            default: steps.append(.literal(next))
            }
        }
        self.steps = steps
        var start: [Unicode.Scalar] = []
        for step in steps {
            guard case .literal(let scalar) = step else { break }
            start.append(scalar)
        }
        literalStart = start
    }

    /// Time grows with the product of both lengths at worst, never faster.
    package func matches(_ text: String) -> Bool {
        let scalars = text.unicodeScalars
        var at = scalars.startIndex
        var step = 0
        // Where to go on from when the text does not fit: the last `*` takes one character more.
        var retry: (step: Int, at: String.UnicodeScalarView.Index)?
        while at < scalars.endIndex {
            if step < steps.count, steps[step] == .many {
                retry = (step, at)
                step += 1
            } else if step < steps.count, Glob.fits(steps[step], scalars[at]) {
                at = scalars.index(after: at)
                step += 1
            } else if let last = retry {
                at = scalars.index(after: last.at)
                retry = (last.step, at)
                step = last.step + 1
            } else {
                return false
            }
        }
        return steps[step...].allSatisfy { $0 == .many }
    }

    /// Whether it matches one text alone.
    var isLiteral: Bool { literalStart.count == steps.count }

    private static func fits(_ step: Step, _ scalar: Unicode.Scalar) -> Bool {
        switch step {
        case .literal(let literal): literal == scalar
        case .one, .many: true
        case .set(let ranges, let isInverted): ranges.contains { $0.contains(scalar.value) } != isInverted
        }
    }

    /// Reads what follows a `[`, up to its `]`; a `]` that comes first is a member.
    private static func takeSet(_ rest: inout Substring.UnicodeScalarView) -> Step? {
        var ranges: [ClosedRange<UInt32>] = []
        let isInverted = rest.first == "!" || rest.first == "^"
        if isInverted { rest.removeFirst() }
        while let low = rest.popFirst() {
            if low == "]", !ranges.isEmpty { return .set(ranges, isInverted: isInverted) }
            var high = low
            if rest.first == "-", let end = rest.dropFirst().first, end != "]" {
                rest.removeFirst(2)
                high = end
            }
            guard low <= high else { return nil }
            ranges.append(low.value...high.value)
        }
        return nil
    }
}
