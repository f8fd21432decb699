import RotationModel

extension SQLFleet {
    @discardableResult
    package func take(_ intake: RequestIntake, run: RunID, at: Timestamp) throws(RotationError) -> [RequestConflict] {
        guard !intake.isEmpty else { return [] }
        return try write { database in try record(intake, database, run: run, at: at) }
    }

    package func take<T>(
        run: RunID, at: Timestamp, _ check: (any FleetView) throws -> (RequestIntake, T)
    ) throws(RotationError) -> (T, [RequestConflict]) {
        try write { database in
            let (intake, result) = try check(SQLView(database, failure: engine.failure))
            return (result, try record(intake, database, run: run, at: at))
        }
    }

    private func record(
        _ intake: RequestIntake, _ database: any Database, run: RunID, at: Timestamp
    ) throws -> [RequestConflict] {
        let recorder = try RequestRecorder(database, run: run, at: at)
        var conflicts: [RequestConflict] = []
        try audited(database, by: .run(run)) { log in
            for key in intake.exposed { try recorder.expose(key, &log) }
            for request in intake.withdrawn { try recorder.withdraw(request, &log) }
            for request in intake.conflicting { try recorder.contest(request, &log) }
            for (index, request) in intake.taken.enumerated() {
                guard let holder = try recorder.take(request, &log) else { continue }
                conflicts.append(RequestConflict(index: index, holder: holder))
            }
            for file in intake.refused { try recorder.refuse(file, &log) }
        }
        return conflicts
    }
}
