/// How much may wait in one folder of the spool for the next run. What is more is not acknowledged.
package struct SpoolLimits: Sendable, Equatable {
    /// Files, 1 or more.
    package let files: Int
    /// Of their contents.
    package let bytes: Int

    package init(files: Int, bytes: Int) { (self.files, self.bytes) = (files, bytes) }

    /// 100,000 submissions, or 512 MiB of them: a fleet of that size in one night.
    package static let submissions = SpoolLimits(files: 100_000, bytes: 512 << 20)
    /// A week of a note a minute, or 256 MiB.
    package static let seen = SpoolLimits(files: 10_080, bytes: 256 << 20)
}
