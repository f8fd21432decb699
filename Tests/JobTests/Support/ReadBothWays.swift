import Fleet
import RotationModel
import Testing

@testable import Job
@testable import Planning

extension TestFleet {
    /// The plan, made from what the inventory lists as due, and held against the one that looks at every device.
    func planReadBothWays(
        at: Timestamp, limit: Int? = nil
    ) async throws -> RotationPlan {
        let searched: Result<RotationPlan, any Error>
        do {
            searched = .success(try await DryRun(workspace, at: at, limit: limit).plan())
        } catch {
            searched = .failure(error)
        }
        let walked: Result<RotationPlan, any Error>
        do {
            walked = .success(try await DryRun(workspace, at: at, limit: limit, reading: .walk).plan())
        } catch {
            walked = .failure(error)
        }
        #expect(searched.told == walked.told)
        return try searched.get()
    }
}

extension Result<RotationPlan, any Error> {
    /// All that a plan says, but for who has yet to answer, which no device is read for.
    fileprivate var told: [String] {
        switch self {
        case .failure(let error): ["\(error)"]
        case .success(let plan):
            ["\(plan.deviceCount) \(plan.certificateCount) \(plan.guards) \(plan.halts) \(plan.held)"]
                + plan.rows.map { "\($0)" } + plan.revocations.map { "\($0)" }
        }
    }
}
