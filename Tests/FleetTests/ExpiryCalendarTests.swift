import RotationModel
import Testing

@testable import Fleet

@Suite("When the fleet's certificates end")
struct ExpiryCalendarTests {
    private static let week: Int64 = 604_800
    private static let start = Timestamp(seconds: 1_000_000_000)

    private static func calendar(_ certificates: [(status: String, notAfter: Int64)]) throws -> ExpiryCalendar {
        let workspace = try Workspace(
            certificates.enumerated().map { place, certificate in
                FakeDevice(
                    "d\(place)",
                    certificates: [
                        (
                            certificate.status,
                            FakeCertificate(
                                name: "c\(place)", notBefore: 0, notAfter: (start.seconds + certificate.notAfter))
                        )
                    ])
            })
        return try workspace.inventory.planningSnapshot { try $0.expiries(from: start, weeks: 4) }
    }

    @Test(
        "A certificate counts in the week in which its notAfter lies; a week's last second is its own",
        arguments: [
            (-1, nil as Int?, true), (0, 0, false), (week - 1, 0, false), (week, 1, false), (4 * week - 1, 3, false),
            (4 * week, nil, false),
        ] as [(Int64, Int?, Bool)])
    func weeks(_ notAfter: Int64, _ week: Int?, _ isExpired: Bool) throws {
        let calendar = try Self.calendar([("ACTIVE", notAfter)])
        #expect(calendar.start == Self.start)
        #expect(calendar.weeks == (0..<4).map { $0 == week ? 1 : 0 })
        #expect(calendar.expired == (isExpired ? 1 : 0))
        #expect(calendar.later == (week == nil && !isExpired ? 1 : 0))
        #expect(calendar.total == 1)
    }

    @Test("Only ACTIVE certificates count", arguments: CertificateStatus.allCases)
    func statuses(_ status: CertificateStatus) throws {
        let calendar = try Self.calendar([
            (status.rawValue, 5), (status.rawValue, -5), (status.rawValue, 5 * Self.week),
        ])
        #expect(calendar.total == (status == .active ? 3 : 0))
    }

    @Test("Many are added up")
    func sums() throws {
        let calendar = try Self.calendar(
            (0..<20).map { ("ACTIVE", Int64($0) * Self.week / 4) } + [("ACTIVE", -1), ("ACTIVE", -100)])
        #expect(calendar.weeks == [4, 4, 4, 4] && calendar.expired == 2 && calendar.later == 4)
    }
}
