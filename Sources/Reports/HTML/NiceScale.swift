/// An axis from zero to a round number, with a few round steps between.
struct NiceScale: Equatable {
    /// The values that get a line, from 0 up; the last is the top of the axis.
    let ticks: [Int]

    var top: Int { ticks.last ?? 1 }

    /// - Parameters:
    ///   - largest: the largest value to show; the axis reaches at least so far, and at least to 1.
    ///   - steps: the most steps.
    init(upTo largest: Int, steps: Int = 4) {
        let largest = max(1, largest)
        var step = 1
        var unit = 1
        while step * steps < largest {
            // 1, 2, 5, 10, 20, 50, …
            switch step / unit {
            case 1: step = 2 * unit
            case 2: step = 5 * unit
            default:
                unit *= 10
                step = unit
            }
        }
        let count = (largest + step - 1) / step
        ticks = (0...count).map { $0 * step }
    }

    /// How high a value stands, from 0 to 1.
    func share(of value: Int) -> Double { Double(value) / Double(top) }

    /// `500`, `20k`, `1.5M`: for the few letters that an axis has room for.
    static func short(_ value: Int) -> String {
        for (size, suffix) in [(1_000_000_000, "G"), (1_000_000, "M"), (1000, "k")] where value >= size {
            let tenths = value / (size / 10)
            return tenths % 10 == 0 ? "\(tenths / 10)\(suffix)" : "\(tenths / 10).\(tenths % 10)\(suffix)"
        }
        return String(value)
    }
}
