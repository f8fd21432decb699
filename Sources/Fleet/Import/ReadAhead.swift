import RotationModel

/// Collects what is to go in, so that certificates are read many at a time, on all cores, while everything stays in its order.
struct ReadAhead<Item> {
    private let reader: CertificateReader
    private var items: [(item: Item, certificates: Int)] = []
    private var waiting: [[UInt8]] = []
    private var bytes = 0

    private static var mostItems: Int { 512 }
    private static var mostBytes: Int { 4 << 20 }

    init(_ reader: @escaping CertificateReader) { self.reader = reader }

    /// Whether it is time to hand out what was collected: more of it would only take memory.
    var isFull: Bool { items.count >= ReadAhead.mostItems || bytes >= ReadAhead.mostBytes }

    mutating func add(_ item: Item, certificates: [[UInt8]] = []) {
        items.append((item, certificates.count))
        waiting += certificates
        bytes += certificates.reduce(0) { $0 + $1.count }
    }

    /// Hands out everything that was collected, with what became of its certificates.
    mutating func handOut(
        _ body: (Item, ArraySlice<Result<CertificateColumns, RotationError>>) throws -> Void
    ) throws {
        let read = reader(waiting)
        var next = read.startIndex
        for (item, count) in items {
            try body(item, read[next..<next + count])
            next += count
        }
        items.removeAll(keepingCapacity: true)
        waiting.removeAll(keepingCapacity: true)
        bytes = 0
    }
}
