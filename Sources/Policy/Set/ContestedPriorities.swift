/// Pairs of policies that have the same priority and whose conditions do not rule out that both are for one device. Whether
/// there is such a device is for an inventory to say.
package struct ContestedPriorities: Sendable {
    /// Indices into ``PolicySet/policies``, the smaller first, in order.
    package let pairs: [(Int, Int)]
    /// The first policy of a priority of which not all pairs were found, since there are too many of them, or too many
    /// policies; nil where all were.
    package let unfinished: Int?

    /// More pairs than this tell nobody more.
    package static let most = 1000

    init(of policies: [RotationPolicy]) {
        var search = ContestSearch(selectors: policies.map(\.match))
        var (start, unfinished) = (0, Int?.none)
        while start < policies.count, unfinished == nil {
            let end = policies[start...].firstIndex { $0.priority != policies[start].priority } ?? policies.count
            search.search(Array(start..<end))
            if search.isExhausted { unfinished = start }
            start = end
        }
        self.unfinished = unfinished
        pairs = search.found.map { ($0.first, $0.second) }.sorted { $0 < $1 }
    }
}

extension PolicySet {
    package var contested: ContestedPriorities { ContestedPriorities(of: policies) }
}
