import Fleet

/// The batches between their record and their publication, one at each station.
///
/// Each station waits for something else: the cores, the file system's calls, the disk. Moving all of them at once keeps
/// each busy. What stands in the line when the process dies is recorded, and the next run publishes it.
struct PublishingLine: Sendable {
    let publisher: Publisher
    /// Recorded, and to be written.
    var recorded: [ManifestRecord] = []
    /// Written, and to be made durable and renamed.
    private var staged: Publisher.Staged?
    /// Renamed; the names are to be made durable.
    private var renamed: Publisher.Renamed?

    init(publisher: Publisher) {
        self.publisher = publisher
    }

    /// The line with each batch one station on.
    func moved() async throws -> PublishingLine {
        async let staged = publisher.stage(recorded)
        async let renamed = publisher.putInPlace(self.staged, after: self.renamed)
        var next = PublishingLine(publisher: publisher)
        next.staged = try await staged
        next.renamed = try await renamed
        return next
    }

    /// Publishes all that stands in the line.
    func finish() async throws {
        // From the first station to the last there are two moves.
        let last = try await moved().moved()
        guard let renamed = last.renamed else { return }
        try publisher.settle(renamed)
    }
}
