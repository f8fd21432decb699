import LocatedYAML

extension LocatedValue {
    /// The elements of a list or the one value, each at most once. Nil, and reported, where one is wrong or there is none.
    ///
    /// - Parameter expected: what one element is like, for messages: `a key such as ecdsa-p256`.
    func distinct<Element: Hashable>(_ expected: String, _ read: (LocatedValue) -> Element?) -> [Element]? {
        guard let values = oneOrMore(expected) else { return nil }
        var elements: [Element] = []
        var known: Set<Element> = []
        var isWhole = true
        for value in values {
            guard let element = read(value) else {
                isWhole = false
                continue
            }
            if !known.insert(element).inserted {
                value.report("`\(value.text() ?? "")` stands twice", help: "keep one of them", rule: .duplicateValue)
            }
            elements.append(element)
        }
        return isWhole ? elements : nil
    }
}
