@testable import Job

extension Life {
    /// What `verify` says in the end.
    func verify(day: Int) async throws {
        _ = try await Verification(fleet.workspace, at: SimulatedWorld.run(day)).perform { mismatch in
            chronicle.wrong(day, nil, "verify: \(mismatch.code) at \(mismatch.place): \(mismatch.what)")
        }
    }
}
