import RotationModel

/// Gives the row ids of interned texts, and adds those that are new. Lives no longer than a transaction that may be
/// rolled back.
struct Vocabulary {
    private let database: any Database
    // By bytes, as the tables compare: a composed and a decomposed letter are equal as Swift strings.
    private var accounts: [[UInt8]: Int64] = [:]
    private var labelSets: [[UInt8]: Int64] = [:]
    private var issuers: [[UInt8]: Int64] = [:]
    private var keyKinds: [KeyKind: Int64] = [:]
    private var signatureKinds: [SignatureKind: Int64] = [:]
    private var certificateClasses: [[Int64]: Int64] = [:]

    /// A fleet may have as many label sets as devices; what is remembered of them stays small.
    private static let remembered = 10_000

    init(_ database: any Database) { self.database = database }

    mutating func account(_ name: AccountID) throws -> Int64 {
        try Vocabulary.row(for: Array(name.text.utf8), in: &accounts) {
            try Vocabulary.intern(
                database, find: "SELECT id FROM accounts WHERE name = ?", add: "INSERT INTO accounts (name) VALUES (?)",
                [.text(name.text)])
        }
    }

    mutating func labelSet(_ labels: Labels) throws -> Int64 {
        let text = labels.canonicalJSON
        return try Vocabulary.row(for: Array(text.utf8), in: &labelSets) {
            try Vocabulary.intern(
                database, find: "SELECT id FROM label_sets WHERE labels = ?",
                add: "INSERT INTO label_sets (labels) VALUES (?)", [.text(text)])
        }
    }

    mutating func issuer(_ name: String) throws -> Int64 {
        try Vocabulary.row(for: Array(name.utf8), in: &issuers) {
            try Vocabulary.intern(
                database, find: "SELECT id FROM issuers WHERE name = ?", add: "INSERT INTO issuers (name) VALUES (?)",
                [.text(name)])
        }
    }

    mutating func keyKind(_ kind: KeyKind) throws -> Int64 {
        try Vocabulary.row(for: kind, in: &keyKinds) {
            try Vocabulary.intern(
                database, find: "SELECT id FROM key_kinds WHERE algorithm = ? AND weakness = ?",
                add: "INSERT INTO key_kinds (algorithm, weakness) VALUES (?, ?)",
                [.text(kind.algorithm.description), .text(kind.weakness ?? "")])
        }
    }

    mutating func signatureKind(_ kind: SignatureKind) throws -> Int64 {
        try Vocabulary.row(for: kind, in: &signatureKinds) {
            try Vocabulary.intern(
                database, find: "SELECT id FROM signature_kinds WHERE algorithm = ? AND is_weak = ?",
                add: "INSERT INTO signature_kinds (algorithm, is_weak) VALUES (?, ?)",
                [.text(kind.algorithm.description), .integer(kind.isWeak ? 1 : 0)])
        }
    }

    /// The class of a certificate: see ``CertificateClass``.
    ///
    /// - Parameter lifetime: as ``CertificateLifetime/bound(of:)`` has it.
    mutating func certificateClass(
        labelSet: Int64, account: Int64, issuer: Int64, keyKind: Int64, signatureKind: Int64, lifetime: TimeSpan
    ) throws -> Int64 {
        let columns = [labelSet, account, issuer, keyKind, signatureKind, lifetime.seconds]
        return try Vocabulary.row(for: columns, in: &certificateClasses) {
            try Vocabulary.intern(
                database,
                find: """
                    SELECT id FROM certificate_classes WHERE label_set = ? AND account = ? AND issuer = ? AND key_kind = ?
                      AND signature_kind = ? AND lifetime = ?
                    """,
                add: """
                    INSERT INTO certificate_classes (label_set, account, issuer, key_kind, signature_kind, lifetime)
                    VALUES (?, ?, ?, ?, ?, ?)
                    """, columns.map { .integer($0) })
        }
    }

    private static func row<Key: Hashable>(
        for key: Key, in known: inout [Key: Int64], _ intern: () throws -> Int64
    ) throws -> Int64 {
        if let row = known[key] { return row }
        if known.count >= remembered { known.removeAll(keepingCapacity: true) }
        let row = try intern()
        known[key] = row
        return row
    }

    private static func intern(_ database: any Database, find: String, add: String, _ values: [SQLValue]) throws
        -> Int64
    {
        if let row = try Query(database, find).first(values, { $0.integer(0) }) { return row }
        return try Query(database, add).insert(values)
    }
}

/// A key's algorithm and, where it is known weak, why.
struct KeyKind: Hashable {
    var algorithm: KeyAlgorithm
    var weakness: String?
}

struct SignatureKind: Hashable {
    var algorithm: SignatureAlgorithm
    var isWeak: Bool
}

/// Reads interned texts back, each once.
final class Lexicon {
    private let database: any Database
    private var keyKinds: [Int64: KeyKind] = [:]
    private var signatureKinds: [Int64: SignatureKind] = [:]
    private var accounts: [Int64: String] = [:]
    private var issuers: [Int64: String] = [:]
    private var labelSets: [Int64: Labels] = [:]

    init(_ database: any Database) { self.database = database }

    func keyKind(_ row: Int64) throws -> KeyKind {
        if let known = keyKinds[row] { return known }
        let kind = try found(
            Query(database, "SELECT algorithm, weakness FROM key_kinds WHERE id = ?").first([.integer(row)]) {
                KeyKind(algorithm: KeyAlgorithm($0.text(0)), weakness: $0.text(1).isEmpty ? nil : $0.text(1))
            })
        keyKinds[row] = kind
        return kind
    }

    func signatureKind(_ row: Int64) throws -> SignatureKind {
        if let known = signatureKinds[row] { return known }
        let kind = try found(
            Query(database, "SELECT algorithm, is_weak FROM signature_kinds WHERE id = ?").first([.integer(row)]) {
                SignatureKind(algorithm: SignatureAlgorithm(stored: $0.text(0)), isWeak: $0.integer(1) == 1)
            })
        signatureKinds[row] = kind
        return kind
    }

    func account(_ row: Int64) throws -> String {
        try text(row, in: &accounts, "SELECT name FROM accounts WHERE id = ?")
    }

    func issuer(_ row: Int64) throws -> String {
        try text(row, in: &issuers, "SELECT name FROM issuers WHERE id = ?")
    }

    /// A row below zero that stands for a name that is not stored.
    func suppose(issuer name: String) -> Int64 {
        if let known = issuers.first(where: { $0.key < 0 && $0.value == name }) { return known.key }
        let row = (issuers.keys.min().map { min($0, 0) } ?? 0) - 1
        issuers[row] = name
        return row
    }

    func labels(ofSet row: Int64) throws -> Labels {
        if let known = labelSets[row] { return known }
        let labels = try found(
            Query(database, "SELECT labels FROM label_sets WHERE id = ?").first([.integer(row)]) {
                try Labels(canonicalJSON: $0.text(0))
            })
        if labelSets.count >= 10_000 { labelSets.removeAll(keepingCapacity: true) }
        labelSets[row] = labels
        return labels
    }

    private func text(_ row: Int64, in known: inout [Int64: String], _ sql: String) throws -> String {
        if let text = known[row] { return text }
        let text = try found(Query(database, sql).first([.integer(row)]) { $0.text(0) })
        known[row] = text
        return text
    }

    private func found<T>(_ value: T?) throws -> T {
        guard let value else { throw StorageFailure.unreadable("a reference to nothing") }
        return value
    }
}
