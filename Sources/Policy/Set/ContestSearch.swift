/// Finds the pairs of selectors that do not exclude each other, without holding each against each: thousands of policies, one for
/// each site, say, differ in one condition, and only those that share a value of it need a closer look.
struct ContestSearch {
    struct Pair: Hashable {
        let first: Int
        let second: Int
    }

    private(set) var found: Set<Pair> = []
    private let selectors: [DeviceSelector]
    private var effort = 0

    /// About a second's worth.
    private static let mostEffort = 3_000_000
    /// Fewer than this are held each against each.
    private static let few = 12

    init(selectors: [DeviceSelector]) { self.selectors = selectors }

    /// Whether it gave up: what is found is not all there is.
    var isExhausted: Bool { effort > ContestSearch.mostEffort || found.count > ContestedPriorities.most }

    /// Adds the pairs among some selectors.
    ///
    /// - Parameter sharing: conditions of which these selectors are known to share a value.
    mutating func search(_ members: [Int], sharing: Set<Condition> = []) {
        if isExhausted { return }
        guard members.count > ContestSearch.few, let condition = commonest(among: members, but: sharing) else {
            return compareAll(members)
        }
        let with = members.filter { !values(of: condition, in: $0).isEmpty }
        let without = members.filter { values(of: condition, in: $0).isEmpty }
        if condition == .device {
            comparePrefixes(with)
        } else {
            for group in groups(of: with, by: condition) { search(group, sharing: sharing.union([condition])) }
        }
        for one in without { for other in with { if !compare(one, other) { return } } }
        if !without.isEmpty { search(without, sharing: sharing) }
    }

    // MARK: Conditions

    /// One that tells selectors apart.
    enum Condition: Hashable, Comparable {
        case account
        case label(String)
        case device
    }

    private func conditions(of member: Int) -> [Condition] {
        let selector = selectors[member]
        return (selector.accounts.isEmpty ? [] : [.account]) + (selector.devices.isEmpty ? [] : [.device])
            + selector.labels.keys.map { .label($0) }
    }

    private func values(of condition: Condition, in member: Int) -> [String] {
        switch condition {
        case .account: selectors[member].accounts
        case .label(let name): selectors[member].labels[name] ?? []
        case .device: selectors[member].devices.map(\.description)
        }
    }

    /// The condition that most of them have; of several, the one with the most values.
    private func commonest(among members: [Int], but known: Set<Condition>) -> Condition? {
        var counts: [Condition: Int] = [:]
        for member in members { for condition in conditions(of: member) { counts[condition, default: 0] += 1 } }
        let most = counts.filter { !known.contains($0.key) }.max { $0.value < $1.value }?.value ?? 0
        // One that a single selector has tells nothing apart.
        guard most > 1 else { return nil }
        let widest = counts.filter { $0.value == most && !known.contains($0.key) }.keys.sorted().prefix(8)
        return widest.max { distinct($0, members) < distinct($1, members) }
    }

    private func distinct(_ condition: Condition, _ members: [Int]) -> Int {
        Set(members.flatMap { values(of: condition, in: $0) }).count
    }

    // MARK: Pairs

    private func groups(of members: [Int], by condition: Condition) -> [[Int]] {
        var groups: [String: [Int]] = [:]
        for member in members {
            for value in Set(values(of: condition, in: member)) { groups[value, default: []].append(member) }
        }
        // In an order of their own: where the search gives up, it gives up at the same pair each time.
        return groups.sorted { $0.key < $1.key }.map(\.value).filter { $0.count > 1 }
    }

    /// Of two patterns that match one device, the start of one is the start of the other. In alphabetical order those that
    /// start alike stand together, the shorter first.
    private mutating func comparePrefixes(_ members: [Int]) {
        let starts = members.flatMap { member in
            selectors[member].devices.map { (start: $0.literalStart, member: member) }
        }
        var open: [(start: [Unicode.Scalar], member: Int)] = []
        for next in starts.sorted(by: { $0.start.lexicographicallyPrecedes($1.start) }) {
            while let last = open.last, !next.start.starts(with: last.start) { open.removeLast() }
            for earlier in open where earlier.member != next.member {
                if !compare(earlier.member, next.member) { return }
            }
            open.append(next)
        }
    }

    private mutating func compareAll(_ members: [Int]) {
        for (at, first) in members.enumerated() {
            for second in members[(at + 1)...] { if !compare(first, second) { return } }
        }
    }

    /// False where it gives up.
    private mutating func compare(_ one: Int, _ other: Int) -> Bool {
        effort += selectors[one].effort(against: selectors[other])
        guard !isExhausted else { return false }
        if !selectors[one].isDisjoint(from: selectors[other]) {
            found.insert(Pair(first: min(one, other), second: max(one, other)))
        }
        return true
    }
}
