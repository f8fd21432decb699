/// How much JSON is read.
package struct JSONLimits: Sendable {
    /// How deep arrays and objects may stand in one another. A reader goes down by recursion, so it must stay in the hundreds.
    package let depth: Int
    /// In bytes.
    package let size: Int

    package init(depth: Int, size: Int) {
        self.depth = depth
        self.size = size
    }

    /// What is read where nothing else is said: deeper input has no meaning here, and who reads a file bounds it before.
    package static let documents = JSONLimits(depth: 32, size: 64 << 20)
}
