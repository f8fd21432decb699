import GRDB
import RotationModel

extension Inventory {
    /// Records what came of the inbox. A device's new CSR replaces the one that waited; why one was refused is kept until a later
    /// one is taken.
    ///
    /// - Returns: Those that could not be taken after all, because another device has the key by now. They are recorded
    ///   as refused.
    @discardableResult
    package func take(_ intake: RequestIntake, run: String, at: Timestamp) throws(RotationError) -> [RequestConflict] {
        guard !intake.isEmpty else { return [] }
        return try write { database in try record(intake, database, run: run, at: at) }
    }

    /// As ``take(_:run:at:)``, of what is found out within the same transaction: nothing comes between a check and its record.
    ///
    /// - Parameter check: says what is to be recorded, and what the caller wants to know beside it.
    package func take<T>(
        run: String, at: Timestamp, _ check: (PlanningSnapshot) throws -> (RequestIntake, T)
    ) throws(RotationError) -> (T, [RequestConflict]) {
        try write { database in
            let (intake, result) = try check(PlanningSnapshot(database, path: path))
            return (result, try record(intake, database, run: run, at: at))
        }
    }

    private func record(
        _ intake: RequestIntake, _ database: Database, run: String, at: Timestamp
    ) throws -> [RequestConflict] {
        let recorder = try RequestRecorder(database, run: run, at: at)
        var conflicts: [RequestConflict] = []
        try audited(database, run: run) { log in
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

    /// As ``take(_:run:at:)``, of CSRs that were taken and CSRs that were not.
    @discardableResult
    package func take(
        _ taken: [TakenRequest], refused: [RefusedFile], run: String, at: Timestamp
    ) throws(RotationError) -> [RequestConflict] {
        var intake = RequestIntake()
        (intake.taken, intake.refused) = (taken, refused)
        return try take(intake, run: run, at: at)
    }
}
