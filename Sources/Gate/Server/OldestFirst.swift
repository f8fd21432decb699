/// Values in the order in which they came, each of which can be taken out by its ticket, and the oldest by itself.
struct OldestFirst<Value> {
    typealias Ticket = UInt64

    private var values: [Ticket: Value] = [:]
    /// Also tickets whose values are gone.
    private var order: [Ticket] = []
    private var start = 0
    private var next: Ticket = 0

    var count: Int { values.count }

    mutating func append(_ value: Value) -> Ticket {
        next += 1
        values[next] = value
        order.append(next)
        if order.count > 4 * values.count + 64 { compact() }
        return next
    }

    mutating func remove(_ ticket: Ticket) { values[ticket] = nil }

    mutating func removeOldest() -> Value? {
        while start < order.count {
            defer { start += 1 }
            if let value = values.removeValue(forKey: order[start]) { return value }
        }
        return nil
    }

    private mutating func compact() {
        order = order[start...].filter { values[$0] != nil }
        start = 0
    }
}
