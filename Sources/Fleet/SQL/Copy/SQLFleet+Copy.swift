import RotationModel

extension SQLFleet {
    package func copyAll(
        to other: any FleetStore, progress: (_ table: String, _ rows: Int) -> Void
    ) throws(RotationError) -> [CopiedTable] {
        guard let other = other as? SQLFleet else {
            throw RotationError(.inventory, "an inventory is copied into one of SQLite or PostgreSQL", at: place)
        }
        do {
            return try RegistryCopy(source: engine, target: other.engine, sha256: sha256).perform(progress: progress)
        } catch {
            throw other.engine.isFailure(error) ? other.engine.failure(error) : engine.failure(error)
        }
    }
}
