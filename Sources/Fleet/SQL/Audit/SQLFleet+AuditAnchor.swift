import RotationModel

extension SQLFleet {
    package func auditAnchor() throws(RotationError) -> AuditAnchor {
        try read { database in
            guard let head = try AuditHead.read(database) else {
                throw StorageFailure.unreadable("an audit without its head")
            }
            return head
        }
    }

    package func verifyAuditChain() throws(RotationError) -> Int64? {
        if case .broken(let entry) = try auditFault(against: []) { entry } else { nil }
    }

    package func auditFault(against anchors: [AuditAnchor]) throws(RotationError) -> AuditFault? {
        try read { database in
            var walk = AuditWalk(anchors: anchors)
            try Query(streaming: database, "SELECT \(AuditEntry.columns) FROM audit ORDER BY id").forEach { row in
                walk.take(AuditEntry(row), sha256)
            }
            let head = try AuditHead.read(database)
            return walk.fault ?? walk.faultAtEnd(head: head)
        }
    }
}

/// The newest entry as the inventory keeps it beside the entries: it tells whether some are missing at the end.
private enum AuditHead {
    /// Nil where there is none that can be read.
    static func read(_ database: any Database) throws -> AuditAnchor? {
        try Query(database, "SELECT entry, hash FROM audit_head").first { row in
            (try? row.digest(1)).map { AuditAnchor(entries: row.integer(0), hash: $0) }
        } ?? nil
    }
}

/// Goes along the chain, entry by entry.
private struct AuditWalk {
    private(set) var fault: AuditFault?
    private var last = AuditAnchor(entries: 0, hash: .zero)
    private var intact: Int64 = 0
    /// Those that were not passed yet, the nearest last.
    private var ahead: [AuditAnchor]

    init(anchors: [AuditAnchor]) {
        ahead = anchors.sorted { $0.entries > $1.entries }
        passAnchors()
    }

    mutating func take(_ entry: AuditEntry, _ sha256: SHA256Function) {
        guard fault == nil else { return }
        let input = AuditLog.hashInput(
            previous: last.hash, entry: entry.id, at: entry.at, run: entry.run, actor: entry.actor,
            action: entry.action, device: entry.device, detail: entry.detail)
        let hash = sha256(input)
        guard entry.unreadable.isEmpty, entry.id == last.entries + 1, hash == entry.hash else {
            fault = .broken(entry: entry.id)
            return
        }
        last = AuditAnchor(entries: entry.id, hash: hash)
        passAnchors()
    }

    func faultAtEnd(head: AuditAnchor?) -> AuditFault? {
        if head != last { return .broken(entry: last.entries + 1) }
        return ahead.last.map { .cut($0, last: last.entries) }
    }

    private mutating func passAnchors() {
        while let next = ahead.last, next.entries <= last.entries {
            if next.hash != last.hash {
                fault = .rewritten(next, intact: intact)
                return
            }
            intact = next.entries
            ahead.removeLast()
        }
    }
}
