import Basics
import Planning
import RotationModel

/// A forecast for people: the peak and its cause first, then week by week.
package struct ForecastText {
    let forecast: Forecast
    let style: Style

    package init(_ forecast: Forecast, style: Style = .plain) {
        self.forecast = forecast
        self.style = style
    }

    package var text: String {
        [headline, peak, limits, weeks, notes].filter { !$0.isEmpty }.joined(separator: "\n")
    }

    private var headline: String {
        let what =
            forecast.total == 0
            ? "No certificate is replaced in \(counted(forecast.days.count, "day"))\(forecast.waitingText)."
            : "\(counted(forecast.total, "replacement")) in \(counted(forecast.days.count, "day"))."
        return style.bold(what) + "\n"
            + style.dim(
                "From \(forecast.at) on, one run a day, devices answering by the next: \(counted(forecast.deviceCount, "device")), "
                    + "\(counted(forecast.policies.files, "policy file")) (\(forecast.policies.digest.prefix(19))…). Nothing was changed."
            ) + "\n"
    }

    private var peak: String {
        guard let peak = forecast.peak else { return "" }
        var text =
            style.bold("The peak: \(counted(peak.replacements, "replacement")) on \(peak.date.day)") + "\n"
        var table = Table([.right, .left, .left])
        for cause in peak.causes.prefix(5) {
            table.add([Table.Cell(String(cause.count)), Table.Cell(cause.policy), Table.Cell(cause.sentence)])
        }
        text += table.text
        if peak.causes.count > 5 { text += "  … and \(peak.causes.count - 5) more causes\n" }
        return text
    }

    private var limits: String {
        guard !forecast.limits.isEmpty else { return "" }
        return style.bold(style.yellow("Limits that runs come up against")) + "\n"
            + forecast.limits.map { "  \($0.sentence)\n" }.joined()
    }

    private var weeks: String {
        let holds = forecast.days.contains { $0.heldOver > 0 }
        guard forecast.total > 0 || holds else { return "" }
        struct Week {
            let first: Timestamp
            var count = 0
            var most = 0
            var heldOver = 0
        }
        var weeks: [Week] = []
        for (place, day) in forecast.days.enumerated() {
            if place % 7 == 0 { weeks.append(Week(first: day.date)) }
            weeks[weeks.count - 1].count += day.replacements
            weeks[weeks.count - 1].most = max(weeks[weeks.count - 1].most, day.replacements)
            weeks[weeks.count - 1].heldOver = max(weeks[weeks.count - 1].heldOver, day.heldOver)
        }
        let largest = max(1, weeks.map(\.count).max() ?? 1)
        var table = Table([.left, .right, .right] + (holds ? [.right] : []) + [.left])
        table.addHeader(
            ["WEEK FROM", "REPLACED", "MOST A DAY"] + (holds ? ["WAITING"] : []) + [""], style)
        for week in weeks {
            let bar = String(repeating: "█", count: (week.count * 30 + largest - 1) / largest)
            table.add(
                [Table.Cell(week.first.day), Table.Cell(String(week.count)), Table.Cell(String(week.most))]
                    + (holds ? [Table.Cell(String(week.heldOver))] : []) + [Table.Cell(bar)])
        }
        return table.text + "\nEach day: rotation-job forecast --format csv\n"
    }

    private var notes: String {
        forecast.alarms.map { style.red($0) + "\n" }.joined() + forecast.notes.map { $0 + "\n" }.joined()
    }
}

extension Forecast {
    /// Of a forecast that replaces nothing: what waits.
    var waitingText: String {
        let most = days.map(\.heldOver).max() ?? 0
        return most == 0 ? "" : "; up to \(most) wait, held back"
    }

    /// What somebody has to do something about, in sentences.
    var alarms: [String] {
        var alarms: [String] = []
        if expiredWaiting > 0 {
            alarms.append(
                "\(counted(expiredWaiting, "certificate")) \(expiredWaiting == 1 ? "expires" : "expire") while held back by windows, "
                    + "freezes, waves or limits: rotation-job plan says by which")
        }
        let blocked = days.reduce(0) { $0 + $1.blocked }
        if blocked > 0 {
            alarms.append(
                "\(counted(blocked, "device")) will be due and blocked, and in none of these numbers: rotation-job plan says what "
                    + "is missing")
        }
        return alarms
    }

    /// What else a reader has to know.
    var notes: [String] {
        var notes: [String] = []
        if uncovered > 0 {
            notes.append("\(counted(uncovered, "device")) no policy covers: nothing replaces their certificates")
        }
        if !runAtOpening.isEmpty {
            let names = runAtOpening.prefix(5).joined(separator: ", ") + (runAtOpening.count > 5 ? ", …" : "")
            notes.append(
                "never open at \(at.rfc3339.dropFirst(11).prefix(5)) UTC, and taken to be run when their windows open: \(names)"
            )
        }
        return notes
    }
}

extension Timestamp {
    /// `2026-12-01`
    var day: String { String(rfc3339.prefix(10)) }
}

extension Forecast.Cause {
    /// What made them due on that day.
    package var sentence: String {
        switch (origin, common) {
        case (.finding, _), (_, nil): "\(reason.rawValue): whatever their end"
        // Held back for so long; its end says nothing any more.
        case (.inventory, _) where reason == .expired: "in the inventory today, and expired by then"
        case (.renewal, _) where reason == .expired: "replaced before, and expired by then"
        case (.inventory, let common?):
            if common.count == count {
                "in the inventory today, \(count == 1 ? "ends" : "all of which end") on \(common.day.day)"
            } else if common.count * 3 >= count {
                "in the inventory today, \(common.count) of which end on \(common.day.day)"
            } else {
                "in the inventory today, with ends on many days"
            }
        case (.renewal, let common?):
            if common.count == count {
                "replaced \(count == 1 ? "" : "together ")on \(common.day.day), and due again"
            } else if common.count * 3 >= count {
                "replaced before, \(common.count) of them on \(common.day.day), and due again"
            } else {
                "replaced before, on many days, and due again"
            }
        }
    }
}

extension Forecast.Limit {
    /// What it does, and from when on.
    package var sentence: String {
        let whose = policy.map { "perRun of policy \($0)" } ?? "limits.issue"
        let what =
            "\(whose) (\(most)): over it on \(counted(days, "day")), first on \(first.day); up to \(mostHeldOver) wait"
        // The forecast goes on where the run would not.
        return policy == nil
            ? "\(what). A run stops there, unless it is told to take a part (--limit) or to carry out a reviewed plan"
            : what
    }
}

/// A forecast for programs.
package struct ForecastJSON {
    let forecast: Forecast

    package init(_ forecast: Forecast) { self.forecast = forecast }

    package var bytes: [UInt8] {
        var json = JSONWriter(reservingCapacity: 1 << 14)
        json.object { json in
            json.member("version", 1)
            json.member("at", forecast.at.rfc3339)
            json.key("policies")
            json.object { json in
                json.member("digest", forecast.policies.digest)
                json.member("files", forecast.policies.files)
            }
            json.member("devices", forecast.deviceCount)
            json.member("uncovered", forecast.uncovered)
            json.member("total", forecast.total)
            json.member("expiredWaiting", forecast.expiredWaiting)
            json.key("runAtOpening")
            json.array { json in forecast.runAtOpening.forEach { json.value($0) } }
            json.key("peak")
            if let peak = forecast.peak { append(peak, to: &json) } else { json.null() }
            json.key("limits")
            json.array { json in for limit in forecast.limits { append(limit, to: &json) } }
            json.key("days")
            json.array { json in
                for day in forecast.days {
                    json.newlineBetweenValues()
                    append(day, to: &json)
                }
            }
        }
        json.newline()
        return json.bytes
    }

    private func append(_ peak: Forecast.Peak, to json: inout JSONWriter) {
        json.object { json in
            json.member("date", peak.date.rfc3339)
            json.member("replacements", peak.replacements)
            json.key("causes")
            json.array { json in
                for cause in peak.causes {
                    json.object { json in
                        json.member("policy", cause.policy)
                        json.member("origin", cause.origin.rawValue)
                        json.member("reason", cause.reason.rawValue)
                        json.member("count", cause.count)
                        json.key("common")
                        if let common = cause.common {
                            json.object { json in
                                json.member("day", common.day.day)
                                json.member("count", common.count)
                            }
                        } else {
                            json.null()
                        }
                        json.member("text", cause.sentence)
                    }
                }
            }
        }
    }

    private func append(_ limit: Forecast.Limit, to json: inout JSONWriter) {
        json.object { json in
            json.member("name", limit.name)
            json.key("policy")
            if let policy = limit.policy { json.value(policy) } else { json.null() }
            json.member("most", limit.most)
            json.member("days", limit.days)
            json.member("first", limit.first.rfc3339)
            json.member("mostHeldOver", limit.mostHeldOver)
        }
    }

    private func append(_ day: Forecast.Day, to json: inout JSONWriter) {
        json.object { json in
            json.member("date", day.date.rfc3339)
            json.member("replacements", day.replacements)
            json.member("heldOver", day.heldOver)
            json.member("expiredWaiting", day.expiredWaiting)
            json.member("requests", day.requests)
            json.member("blocked", day.blocked)
            json.key("byPolicy")
            json.object { json in for (policy, count) in day.byPolicy { json.member(policy, count) } }
        }
    }
}
