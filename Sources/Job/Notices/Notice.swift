import Basics
import Fleet
import Planning
import RotationModel

/// One event of a run, for whoever is to be told: what happened, how often, where, and what to do.
package struct Notice: Sendable, Equatable {
    package let event: NoticeEvent
    /// A sentence without a full stop.
    package let text: String
    /// What to do; empty where nothing has to be done.
    package let advice: String
    /// How many devices or certificates it is about; nil where it is about none.
    package let count: Int?
    /// The first of them.
    package let devices: [DeviceID]

    init(
        _ event: NoticeEvent, _ text: String, advice: String = "", count: Int? = nil,
        devices: some Sequence<DeviceID> = []
    ) {
        (self.event, self.text, self.advice, self.count) = (event, text, advice, count)
        self.devices = Array(devices.prefix(Notice.mostDevices))
    }

    /// More are not named: whoever is told wants to know where to look.
    static let mostDevices = 20

    private static let look = "rotation-job status"
}

// MARK: - Of a run

extension Notice {
    /// What is to be told of a run that has ended, each event once.
    static func all(of outcome: RunOutcome, endings: [String]) -> [Notice] {
        let plan = outcome.plan
        var notices: [Notice] = []
        let failed = plan.rows.filter { $0.result?.status == .failed }
        if let first = failed.first {
            let reason = first.result?.error.map { ", the first because: \($0)" } ?? ""
            notices.append(
                Notice(
                    .failed, "\(counted(failed.count, "device")) failed\(reason)", advice: look, count: failed.count,
                    devices: failed.lazy.map(\.decision.device)))
        } else if let trouble = outcome.lists.troubles.first {
            notices.append(Notice(.failed, "a revocation list could not be published: \(trouble)", advice: look))
        }
        if let broken = plan.guards.first {
            notices.append(
                Notice(
                    .guarded, plan.guards.map(\.fact).joined(separator: "; "), advice: broken.advice,
                    count: plan.guards.count))
        }
        if !plan.halts.isEmpty {
            notices.append(
                Notice(
                    .halted, plan.halts.map(\.sentence).joined(separator: "; "), advice: look, count: plan.halts.count))
        }
        let stuck = plan.pickUp.stuck
        if !stuck.isEmpty {
            notices.append(
                Notice(
                    .stuck, "\(counted(stuck.count, "device")) handed a replacement and not confirmed in time",
                    advice: look, count: stuck.count, devices: stuck.lazy.map(\.device)))
        }
        let held = plan.expiringBeforeOpening
        if held > 0 {
            notices.append(
                Notice(
                    .expiringHeld,
                    "\(held) held by windows or freezes and expired, or expiring before they end",
                    advice: "widen them, or write onNoWindow: replace", count: held))
        }
        let revoked = plan.rows.filter { $0.result?.status == .revoked }
        if !revoked.isEmpty {
            notices.append(
                Notice(
                    .revoked, "\(counted(revoked.count, "certificate")) revoked", count: revoked.count,
                    devices: revoked.lazy.map(\.decision.device)))
        }
        if !endings.isEmpty {
            notices.append(
                Notice(.authorityEnding, endings.joined(separator: "; "), advice: look, count: endings.count))
        }
        return notices
    }

    /// What is to be told of a run that an error ended.
    ///
    /// - Parameter isClock: whether it refused its time.
    static func of(_ error: any Error, isClock: Bool) -> Notice {
        let known = error as? RotationError
        let place = known.map { $0.place.isEmpty ? "" : "\($0.place): " } ?? ""
        return Notice(
            isClock ? .clock : .failed, place + (known?.message ?? "\(error)"), advice: known?.advice ?? "")
    }
}

// MARK: - As programs read it

extension Notice {
    /// One JSON object, on one line. What strangers call themselves is no more than text in it.
    ///
    /// - Parameters:
    ///   - run: nil where no run came to be.
    ///   - workspace: the folder.
    func json(run: RunID?, at: Timestamp, host: String, workspace: String) -> [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.member("version", 1)
            json.member("event", event.rawValue)
            json.member("text", Printable.text(text))
            json.member("advice", Printable.text(advice))
            json.key("count")
            if let count { json.value(count) } else { json.null() }
            json.key("devices")
            json.array { json in devices.forEach { json.value(Printable.text($0.text)) } }
            json.key("run")
            if let run { json.value(run.text) } else { json.null() }
            json.member("at", at.rfc3339)
            json.member("host", host)
            json.member("workspace", workspace)
        }
        json.newline()
        return json.bytes
    }
}
