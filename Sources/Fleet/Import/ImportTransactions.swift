/// How an import's rows are put into transactions and entries of the audit.
struct ImportTransactions: Sendable {
    /// Rows that one entry of the audit speaks of, at the most.
    var rowsInEntry = 5000
    /// Rows of a transaction in which each row is put into the indexes as it comes.
    var rows = 100_000
    /// Rows of a transaction that builds indexes at its end. Until it is committed, its write-ahead log holds all that it writes.
    var rowsInBulk = 2_000_000
    /// From so many certificates on, building indexes at the end pays.
    var leastInBulk = 10_000

    /// What a certificate takes in an input, with its row, in bytes: nearer to the longest than to the shortest.
    private static let bytesInRow: Int64 = 1024

    /// Whether indexes are better built when all rows are in: where many come, and many more than are there.
    ///
    /// - Parameters:
    ///   - bytesLeft: Of the input.
    ///   - known: Certificates that the inventory has.
    func isBulk(bytesLeft: Int64, known: () throws -> Int64) rethrows -> Bool {
        let coming = min(bytesLeft / ImportTransactions.bytesInRow, Int64(rowsInBulk))
        return try coming >= leastInBulk && known() <= coming / 2
    }
}
