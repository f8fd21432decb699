import Basics

/// How long things took.
struct Histogram: Sendable {
    /// Upper bounds, in seconds.
    private static let bounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

    /// By the first bound that holds it; the last is for what is beyond all.
    private var counts = [UInt64](repeating: 0, count: bounds.count + 1)
    private var sum = 0.0

    mutating func add(_ seconds: Double) {
        counts[Histogram.bounds.firstIndex { seconds <= $0 } ?? Histogram.bounds.count] += 1
        sum += seconds
    }

    func write(_ family: String, to text: inout OpenMetricsText) {
        text.begin(
            family, type: "histogram", unit: "seconds", help: "From the end of a request's headers to its answer")
        var total: UInt64 = 0
        for (position, count) in counts.enumerated() {
            total += count
            let bound = position < Histogram.bounds.count ? "\(Histogram.bounds[position])" : "+Inf"
            text.sample(family + "_bucket", [("le", bound)], String(total))
        }
        text.sample(family + "_count", [], String(total))
        text.sample(family + "_sum", [], "\(sum)")
    }
}
