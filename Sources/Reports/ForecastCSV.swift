import Planning
import RotationModel

/// A forecast's days as CSV (RFC 4180), with a column for each policy that replaces anything.
package struct ForecastCSV {
    let forecast: Forecast
    let reader: CSVWriter.Reader

    /// - Parameter isRaw: whether names of policies stay letter by letter.
    package init(_ forecast: Forecast, isRaw: Bool = false) {
        self.forecast = forecast
        reader = isRaw ? .programs : .people
    }

    package var bytes: [UInt8] {
        var csv = CSVWriter(for: reader)
        ["date", "replacements", "held_over", "requests", "blocked"].forEach { csv.value($0) }
        forecast.activePolicies.forEach { csv.text("policy:\($0)") }
        csv.endRow()
        for day in forecast.days {
            let byPolicy = Dictionary(day.byPolicy.map { ($0.policy, $0.count) }, uniquingKeysWith: +)
            csv.value(day.date.rfc3339)
            [day.replacements, day.heldOver, day.requests, day.blocked].forEach { csv.value(String($0)) }
            forecast.activePolicies.forEach { csv.value(String(byPolicy[$0] ?? 0)) }
            csv.endRow()
        }
        return csv.bytes
    }
}
