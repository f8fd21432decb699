import LocatedYAML
import RotationModel

/// Reads `gate.limits` of `rotation.yaml`. What is wrong is reported to the file's log; the rest has its defaults.
enum GateLimitsReader {
    /// More descriptors one process does not get (fs.nr_open's default).
    private static let mostConnections = 1_000_000
    /// A client that takes longer than that holds a connection for nothing.
    private static let longest = TimeSpan.hours(1)

    static func read(_ value: LocatedValue) -> GateConfiguration.Limits {
        var limits = GateConfiguration.Limits()
        _ = value.mapping("`limits`") { reader in
            if let connections = reader.optional("connections")?.integer(in: 1...mostConnections) {
                limits.connections = connections
            }
            for (key, path) in spans {
                if let span = reader.optional(key).flatMap(span) { limits[keyPath: path] = span }
            }
            if let rate = reader.optional("perDevice").flatMap({ rate($0, like: "10/min") }) { limits.perDevice = rate }
            if let rate = reader.optional("strangers").flatMap({ rate($0, like: "50/s") }) { limits.strangers = rate }
        }
        return limits
    }

    private static var spans: [(String, WritableKeyPath<GateConfiguration.Limits, TimeSpan>)] {
        [("handshake", \.handshake), ("headers", \.headers), ("body", \.body), ("idle", \.idle)]
    }

    private static func span(_ value: LocatedValue) -> TimeSpan? {
        guard let span = value.positiveTimeSpan() else { return nil }
        guard span <= longest else {
            value.report("`\(span)` is too long", help: "at most \(longest)")
            return nil
        }
        return span
    }

    private static let units: [(name: String, span: TimeSpan)] = [
        ("s", TimeSpan(seconds: 1)), ("min", .minutes(1)), ("h", .hours(1)),
    ]

    /// `10/min`
    private static func rate(_ value: LocatedValue, like example: String) -> GateConfiguration.Rate? {
        let expected = "a number in a time, such as \(example), with s, min or h"
        guard let text = value.word(expected) else { return nil }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let count = Int(parts[0]), (1...1_000_000).contains(count), parts[0].first != "+",
            let unit = units.first(where: { $0.name == parts[1] })
        else {
            value.report("`\(text)` is not a rate", help: "write \(expected)")
            return nil
        }
        return GateConfiguration.Rate(count, per: unit.span)
    }
}
