import Delivery
import Fleet
import Issuing
import PKI
import RotationModel
import System

/// Turns recorded manifests into files that devices can fetch, and records that they are there.
///
/// Everything in a manifest comes from its record, so a run that takes over from one that died publishes the same facts
/// under the same sequence number.
struct Publisher: Sendable {
    let run: RunContext
    let tree: DeliveryTree
    let key: PrivateKey
    /// What a device needs above its certificate, as PEM, by the name of the authority.
    let chains: [String: [String]]
    /// What no manifest was signed for.
    let damaged = DamagedCertificates()

    init(_ run: RunContext, tree: DeliveryTree, keys: SigningKeys, authorities: AuthorityDirectory) {
        self.run = run
        self.tree = tree
        key = keys.manifests
        chains = authorities.chains
    }

    /// What every manifest depends on: the keys that verify it, and the authorities' chains.
    func publishFoundations(_ authorities: AuthorityDirectory) throws {
        try tree.removeLeftovers()
        let signer = try JWSSigner(key: key)
        try tree.publishKeys([(try JSONWebKey(key.publicKey), signer.algorithm)])
        for name in authorities.names {
            guard let entry = authorities[name] else { continue }
            try tree.publishChain(of: name, [entry.certificate] + entry.chain)
        }
    }

    /// A batch whose manifests are signed and lie beside their places.
    struct Staged: Sendable {
        fileprivate let records: [ManifestRecord]
        fileprivate let files: [DeliveryTree.Staged]
    }

    /// A batch whose manifests have their names. It is recorded as published once the names are durable.
    struct Renamed: Sendable {
        fileprivate let records: [ManifestRecord]
    }

    /// Signs a batch and writes it. Nil where there is none.
    func stage(_ records: [ManifestRecord]) async throws -> Staged? {
        guard !records.isEmpty else { return nil }
        let files = try await withTaskExecutorPreference(BlockingThreads.shared) {
            try await Parallel.map(records) { share in
                let signer = try JWSSigner(key: key)
                return try share.map { record -> DeliveryTree.Staged? in
                    guard isSound(record) else { return nil }
                    let jws = try signer.sign(payload: Manifest(record, chains: chains).payload, type: Manifest.type)
                    return try tree.stage(jws, for: record.device)
                }
            }
        }
        let staged = zip(records, files).filter { $0.1 != nil }
        return staged.isEmpty ? nil : Staged(records: staged.map(\.0), files: staged.compactMap(\.1))
    }

    /// Whether the certificate is the one that was issued. Signed into a manifest, another one would lock its device out.
    private func isSound(_ record: ManifestRecord) -> Bool {
        guard record.action == .install else { return true }
        if let der = record.certificateDER, let recorded = record.certificate, SHA256.digest(der) == recorded.digest {
            return true
        }
        damaged.add(record)
        return false
    }

    /// Makes a batch durable, and whatever was renamed before, and renames it.
    func putInPlace(_ staged: Staged) throws -> Renamed {
        let highWater = HighWater(inventory: run.inventory, tree: tree)
        try highWater.stage()
        try tree.synchronize()
        try highWater.putInPlace()
        try tree.rename(staged.files)
        return Renamed(records: staged.records)
    }

    /// Makes durable what was written and renamed.
    func synchronize() throws { try tree.synchronize() }

    /// Records that a batch is published, whose names are durable.
    func record(_ renamed: Renamed) throws {
        try run.inventory.markPublished(renamed.records, run: run.id, at: run.at)
    }

    /// Publishes one batch from beginning to end.
    func publish(_ records: [ManifestRecord]) async throws {
        guard let staged = try await stage(records) else { return }
        let renamed = try putInPlace(staged)
        try synchronize()
        try record(renamed)
    }

    /// Publishes what an earlier run recorded and did not get to publish.
    ///
    /// - Returns: how many.
    func publishLeftovers(progress: (Int) -> Void = { _ in }) async throws -> Int {
        var count = 0
        while !run.stop.isMade {
            // What is damaged stays unpublished.
            let records = try run.inventory.unpublishedManifests(limit: 1000 + damaged.count)
                .filter { !damaged.contains($0) }
            guard !records.isEmpty else { return count }
            try await publish(records)
            count += records.count
            progress(records.count)
        }
        return count
    }
}
