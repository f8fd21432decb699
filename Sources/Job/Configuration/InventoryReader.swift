import Fleet
import LocatedYAML
import RotationModel

/// Reads `inventory`: a file of SQLite, or a registry in PostgreSQL.
struct InventoryReader {
    /// The folder of the file that it stands in.
    let root: String

    private static let example = "postgresql://registry.example.com/fleet"

    /// Nil, and reported, where it names none.
    func read(_ value: LocatedValue) -> InventoryLocation? {
        value.mapping("`inventory`") { reader -> InventoryLocation? in
            guard let address = reader.optional("postgres") else {
                return reader.required("sqlite", like: "fleet.sqlite")
                    .flatMap { $0.line("a file such as fleet.sqlite", longest: 4096) }
                    .map { .sqlite(WorkspacePath.resolve($0, from: root)) }
            }
            if let file = reader.optional("sqlite") {
                file.report("an inventory is in one place", help: "leave `sqlite` or `postgres` out")
            }
            return postgres(address, schema: reader.optional("schema"))
        } ?? nil
    }

    private func postgres(_ address: LocatedValue, schema: LocatedValue?) -> InventoryLocation? {
        guard let url = address.line("an address such as \(InventoryReader.example)", longest: 4096) else { return nil }
        let name = schema.map { $0.line("a name such as \(PostgresLocation.defaultSchema)", longest: 60) }
        if case .some(.none) = name { return nil }
        do {
            return .postgres(try PostgresLocation(url, schema: (name ?? nil) ?? PostgresLocation.defaultSchema))
        } catch {
            address.report(error.message, help: error.advice)
            return nil
        }
    }
}
