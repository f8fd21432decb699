import Delivery
import Fleet
import PKI
import Policy
import RotationModel
import System

/// Makes a ready workspace. It never overwrites: what is there stays as it is.
package struct WorkspaceMaker: Sendable {
    let root: String
    let clock: any WallClock

    /// - Parameter root: the folder; it is made where it is missing.
    package init(at root: String, clock: any WallClock = SystemClock()) {
        var root = root
        while root.count > 1 && root.hasSuffix("/") { root.removeLast() }
        self.root = root
        self.clock = clock
    }

    /// What became of one file or folder, by its path relative to the workspace.
    package struct Item: Sendable {
        package let path: String
        /// False where it was there before.
        package let isNew: Bool
    }

    /// - Parameters:
    ///   - withAuthority: also makes a P-256 authority and a manifest key, for trying things out.
    ///   - registry: where the inventory is kept in PostgreSQL; nil for a file in the workspace.
    package func make(withAuthority: Bool, registry: Registry? = nil) throws -> [Item] {
        try make(
            authorities: withAuthority ? WorkspaceTemplates.authority : WorkspaceTemplates.authorityExample,
            registry: registry, withAuthority ? makeAuthority : { [] })
    }

    /// - Parameters:
    ///   - authorities: what rotation.yaml says of who signs.
    ///   - registry: as above.
    ///   - makeAuthorities: makes the files that this names.
    func make(authorities: String, registry: Registry?, _ makeAuthorities: () throws -> [Item]) throws -> [Item] {
        let location = try registry?.location() ?? .sqlite("\(root)/fleet.sqlite")
        var items: [Item] = []
        try Files.makeFolder(root, mode: 0o750)
        // What devices hand in comes from another process, often of the same group: it may write files, and nothing else.
        for (folder, mode) in [
            ("policies", 0o755), ("inbox", 0o750), ("inbox/csr", 0o770), ("inbox/ack", 0o770),
            ("inbox/rejected", 0o750), ("delivery", 0o755), ("reports", 0o750),
        ] as [(String, UInt32)] {
            items.append(try makeFolder(folder, mode))
        }
        items += try makeAuthorities()
        items.append(try file("policies/starter.yaml.example", WorkspaceTemplates.starterPolicy, mode: 0o644))
        items.append(try file("policies/policy.schema.json", PolicySchema.text, mode: 0o644))
        items.append(
            try file(
                "rotation.yaml", WorkspaceTemplates.configuration(authorities: authorities, registry: registry),
                mode: 0o640))
        items.append(try makeInventory(location))
        return items
    }

    private func makeFolder(_ name: String, _ mode: UInt32) throws -> Item {
        let path = "\(root)/\(name)"
        if Files.isFolder(path) { return Item(path: name + "/", isNew: false) }
        try Files.makeFolder(path, mode: mode)
        return Item(path: name + "/", isNew: true)
    }

    func file(_ name: String, _ text: String, mode: UInt32) throws -> Item {
        Item(path: name, isNew: try Files.create("\(root)/\(name)", with: Array(text.utf8), mode: mode))
    }

    private func makeInventory(_ location: InventoryLocation) throws -> Item {
        let name = location.file.map { WorkspacePath.shown($0, from: root) } ?? location.text
        guard try !location.exists() else { return Item(path: name, isNew: false) }
        _ = try location.create(sha256: SHA256.digest)
        return Item(path: name, isNew: true)
    }

    /// The certificate is made only together with its key: one without the other helps nobody.
    private func makeAuthority() throws -> [Item] {
        try Files.makeFolder("\(root)/authorities", mode: 0o700)
        var items: [Item] = []
        let certificate = "authorities/ca-1.pem"
        if Files.exists("\(root)/authorities/ca-1.key") || Files.exists("\(root)/\(certificate)") {
            items += [Item(path: "authorities/ca-1.key", isNew: false), Item(path: certificate, isNew: false)]
        } else {
            var random = SystemRandomNumberGenerator()
            let key = try PrivateKey.generate(.ecdsaP256)
            let now = clock.now()
            let authority = try SelfSigned.authority(
                subject: DistinguishedName([
                    NameComponent(.commonName, "Trial Fleet CA 1"), NameComponent(.organization, "Rotation Job"),
                ]),
                key: key, notBefore: now - .days(1), notAfter: now + .days(3650), serial: .random(using: &random))
            items.append(try secret("authorities/ca-1.key", key))
            items.append(try file(certificate, authority.pem, mode: 0o644))
        }
        return items + [try makeManifestKey()]
    }

    func makeManifestKey() throws -> Item {
        if Files.exists("\(root)/authorities/manifest.key") {
            return Item(path: "authorities/manifest.key", isNew: false)
        }
        return try secret("authorities/manifest.key", try PrivateKey.generate(.ecdsaP256))
    }

    private func secret(_ name: String, _ key: PrivateKey) throws -> Item {
        Item(path: name, isNew: try Files.create("\(root)/\(name)", with: try key.pem(), mode: Files.secret))
    }
}

/// A registry in PostgreSQL, as a person names it.
package struct Registry: Sendable {
    let address: String
    /// Nil where it is the usual one.
    let schema: String?

    package init(address: String, schema: String?) { (self.address, self.schema) = (address, schema) }

    /// For `rotation.yaml`.
    var entry: String { "postgres: \"\(address)\"" + (schema.map { ", schema: \($0)" } ?? "") }

    /// - Throws: ``RotationError/Code/usage`` where it is no address of PostgreSQL.
    func location() throws(RotationError) -> InventoryLocation {
        let location = try InventoryLocation(named: address, schema: schema)
        guard location.file == nil else {
            throw RotationError(
                .usage, "it is no address of PostgreSQL", at: address, advice: "write postgresql://HOST/DATABASE")
        }
        return location
    }
}
