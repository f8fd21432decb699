import System

/// Takes apart what an import's files hold, many pieces at a time and on all cores, while what was taken apart before is used, in its order.
struct ReadAhead<Item: Sendable, Output: Sendable> {
    private let read: @Sendable ([Item]) -> [Output]
    private var items: [Item] = []
    private var bytes = 0
    private var work = WorkAhead<[Output]>()

    private static var mostItems: Int { 256 }
    private static var mostBytes: Int { 1 << 20 }

    /// - Parameter read: Gives an output for each item, in their order.
    init(_ read: @escaping @Sendable ([Item]) -> [Output]) { self.read = read }

    /// Adds an item, and uses what was read meanwhile where more would only take memory.
    ///
    /// - Parameter size: The item's, in bytes.
    mutating func add(_ item: Item, size: Int, _ use: (Output) throws -> Void) throws {
        items.append(item)
        bytes += size
        guard items.count >= ReadAhead.mostItems || bytes >= ReadAhead.mostBytes else { return }
        begin()
        if work.isFull { try useNext(use) }
    }

    /// Uses everything that is left.
    mutating func finish(_ use: (Output) throws -> Void) throws {
        begin()
        while try useNext(use) {}
    }

    private mutating func begin() {
        guard !items.isEmpty else { return }
        let (read, items) = (read, items)
        work.add { read(items) }
        self.items = []
        bytes = 0
    }

    /// False where nothing is left.
    @discardableResult
    private mutating func useNext(_ use: (Output) throws -> Void) throws -> Bool {
        guard let outputs = work.next() else { return false }
        for output in outputs { try use(output) }
        return true
    }
}
