import Planning

/// The batches of a run in their order. Each is made of the plan's rows when it is its turn: a plan is large, and is not to be in memory twice.
struct IssueBatches: Sendable, RandomAccessCollection {
    /// All of the plan's.
    let rows: [PlanRow]
    /// Which rows make a batch, by their places in the plan, and of which policy they are, by its place among the policies.
    let parts: [(policy: Int, places: ArraySlice<Int>)]
    let batch: @Sendable (_ rows: [IssueBatch.Row], _ policy: Int) -> IssueBatch

    init(
        rows: [PlanRow], parts: [(policy: Int, places: ArraySlice<Int>)],
        batch: @escaping @Sendable (_ rows: [IssueBatch.Row], _ policy: Int) -> IssueBatch
    ) {
        (self.rows, self.parts, self.batch) = (rows, parts, batch)
    }

    var startIndex: Int { parts.startIndex }
    var endIndex: Int { parts.endIndex }

    /// In all batches.
    var rowCount: Int { parts.reduce(0) { $0 + $1.places.count } }

    subscript(index: Int) -> IssueBatch {
        let part = parts[index]
        let issued = part.places.compactMap { place -> IssueBatch.Row? in
            let decision = rows[place].decision
            guard case .issue(let replacement, let key) = decision.action else { return nil }
            return IssueBatch.Row(place: place, decision: decision, replacement: replacement, key: key)
        }
        return batch(issued, part.policy)
    }
}
