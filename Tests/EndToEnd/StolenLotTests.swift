import Foundation
import Testing

@Suite("A stolen lot", .timeLimit(.minutes(20)))
struct StolenLotTests {
    /// 200 devices of the lot, of which the first 50 were renewed before anybody knew; ten others have a key of the lot.
    private static var fleet: String {
        let lot = (0..<200).map { number in
            #"{"device": "lot-\#(number)", "labels": {"lot": "2211"}, "certificates": "#
                + #"[{"left": \#(number < 50 ? 5 : 70), "lifetime": 90, "named": "k\#(number)"}]}"#
        }
        let twins = (0..<10).map { number in
            #"{"device": "twin-\#(number)", "certificates": [{"left": 70, "lifetime": 90, "named": "k\#(number + 100)"}]}"#
        }
        let others = (0..<90).map { #"{"device": "other-\#($0)", "certificates": [{"left": 70, "lifetime": 90}]}"# }
        return "{\"devices\": [\((lot + twins + others).joined(separator: ", "))]}"
    }

    private static let rule = """
        version: 1
        revocations:
          - name: stolen-lot-2211
            match: { labels: { lot: "2211" } }
            certificates: { issuedBefore: 2026-11-28 }
            reason: keyCompromise
            mode: replace-then-revoke
            deadline: 72h
        """

    @Test("goes with its descendants and the twins of its keys; the replacements pass, and what is revoked is refused")
    func stolenLot() async throws {
        let workspace = try await Workspace(limits: "limits: { revoke: 100% }\n")
        try await workspace.add(devices: Self.fleet)
        // The first 50 are renewed, confirm, and are in their overlap when the theft is found out.
        for time in ["2026-12-01T00:00:00Z", "2026-12-01T01:00:00Z", "2026-12-01T02:00:00Z"] {
            try await workspace.job("run", "--at", time, expecting: 0)
            try await workspace.answer(at: time)
        }
        #expect(try ExportedDevice.all(await workspace.export()).map { $0.count("ACTIVE") }.reduce(0, +) == 350)

        try workspace.write("policies/stolen.yaml", Self.rule)
        let dry = try await workspace.job(
            "plan", "--at", "2026-12-02T00:00:00Z", "--format", "json", expecting: 0)
        let plan = try #require(try JSONSerialization.jsonObject(with: dry.stdoutBytes) as? [String: Any])
        let outlook = try #require((plan["revocations"] as? [[String: Any]])?.first)
        #expect(outlook["matched"] as? Int == 200)
        #expect(outlook["descendants"] as? Int == 50)
        #expect(outlook["sharedKeys"] as? Int == 10)
        let text = try await workspace.job("plan", "--at", "2026-12-02T00:00:00Z", expecting: 0).stdout
        #expect(text.contains("stolen-lot-2211  keyCompromise    200           50        10"))

        // Runs each hour, and devices that answer in between. Nothing may go before its replacement was confirmed.
        for hour in 0..<6 {
            let time = "2026-12-02T0\(hour):00:00Z"
            try await workspace.job("run", "--at", time, expecting: 0)
            for device in try ExportedDevice.all(await workspace.export()) {
                #expect(device.count("ACTIVE") >= 1, "\(device.device) has nothing left")
            }
            try await workspace.answer(at: time, not: "lot-7")
        }
        let before = try await Judge.revocations(workspace, at: "2026-12-02T06:00:00Z")
        #expect(before.findings == [])
        // Eleven devices start with lot-7 and stayed silent: lot-7, which was renewed and has two, and lot-70 to lot-79.
        #expect(before.revoked == 260 - 12)

        // At the deadline the silent ones go too.
        try await workspace.job("run", "--at", "2026-12-05T00:00:00Z", expecting: 0)
        let after = try await Judge.revocations(workspace, at: "2026-12-05T00:00:00Z")
        #expect(after.findings == [])
        #expect(after.revoked == 260)
        #expect(after.good == 300 - 11)
        // And nothing more is to do, however often the job runs.
        let idle = try await workspace.job("run", "--at", "2026-12-06T00:00:00Z", expecting: 0)
        #expect(!idle.stdout.contains("revoked,") && !idle.stdout.contains(" revoked."))
        #expect(try await Judge.revocations(workspace, at: "2026-12-06T00:00:00Z").revoked == 260)
    }
}
