/// A connection to whatever holds the tables: what statements need of an engine.
///
/// The statements are written once, in the SQL that the engines share; ``Dialect`` has the few words that they spell differently. A connection is
/// used by one thread at a time, within the closure that it is handed to.
protocol Database: AnyObject {
    var dialect: Dialect { get }

    /// - Parameter sql: With `?` for each value, or `?1`, `?2` … for values that stand in several places.
    func statement(_ sql: String, _ use: StatementUse) throws -> any PreparedStatement

    /// Executes several statements without values or rows.
    func execute(_ script: String) throws

    var isInsideTransaction: Bool { get }
    func begin() throws
    func commit() throws
    /// Undoes what the transaction did; where there is none, nothing.
    func rollback()

    /// A table's columns, in their order.
    func columns(of table: String) throws -> [String]

    /// Lets references between tables be checked when the transaction commits.
    func deferReferences() throws

    /// After rows were put in with the numbers that they had: the next number of each table is greater than all of them.
    func settleNumbers(of tables: [String]) throws

    /// Drops the indexes of the certificates by which no import looks anything up, until ``SuspendedIndexes/restore()``.
    func suspendIndexes() throws -> any SuspendedIndexes
}

/// How a statement is to be used.
enum StatementUse {
    /// Prepared once a connection, and used again.
    case cached
    /// For a loop whose body may run the same statement again.
    case nested
    /// For a loop over more rows than may lie in memory at once; the same holds of its body.
    case streaming
}

/// A statement that an engine prepared.
protocol PreparedStatement: AnyObject {
    /// Executes a statement of which nothing is read. An engine at the other end of a wire need not wait for its answer; what it fails with is
    /// thrown within the transaction then, before it is committed.
    func run(_ values: [SQLValue]) throws

    /// Lets the body step through the rows with those values bound.
    func open(_ values: [SQLValue], _ body: () throws -> Void) throws

    /// Whether there is one more row. Only within ``open(_:_:)``.
    func step() throws -> Bool

    /// How many rows the last execution changed.
    var changes: Int { get }

    /// Executes an INSERT into a table whose key is `id`, and returns the row's.
    func insert(_ values: [SQLValue]) throws -> Int64

    // The current row, by column index from 0.
    func type(_ column: CInt) -> SQLType
    func integer(_ column: CInt) -> Int64
    /// A text's or a blob's. Valid until the next step.
    func bytes(_ column: CInt) -> UnsafeRawBufferPointer
}

/// What a column of a row holds.
enum SQLType { case null, integer, text, blob, other }

/// Indexes that are not kept up while very many certificates come in, and are built when those are there.
///
/// All of it is one transaction: whoever reads meanwhile has the inventory as it was, with its indexes, and so has whoever comes after a death.
protocol SuspendedIndexes {
    /// Builds them again, as they were defined.
    func restore() throws
    /// After the commit.
    func settle() throws
}

/// The words that engines spell differently.
struct Dialect: Sendable {
    /// The type of a column of bytes.
    let blob: String
    /// The greater of two numbers, of which neither is NULL.
    let greatest: @Sendable (_ one: String, _ other: String) -> String
    /// A blob in lower-case hexadecimal digits.
    let hex: @Sendable (_ blob: String) -> String
    /// Whether a column holds an integer, where the engine lets it hold something else.
    let isInteger: @Sendable (_ column: String) -> String
    /// How many bytes a text has in UTF-8.
    let byteCount: @Sendable (_ text: String) -> String
    /// A number of days since 1970 as `YYYY-MM-DD`.
    let date: @Sendable (_ day: String) -> String
    /// A member of a text that is a JSON object; NULL where it has none.
    let member: @Sendable (_ object: String, _ name: String) -> String
}
