import RotationModel

extension SerialNumber {
    /// Which of an authority's CRLs a certificate belongs to: the last four bytes as a big-endian number, modulo `count`.
    ///
    /// Certificates carry the URL of their shard until they expire, so this must never change. Serial numbers are random, so the
    /// shards are evenly filled.
    ///
    /// - Parameter count: How many CRLs there are; below 2 there is one, number 0.
    /// - Returns: From 0 to `count - 1`.
    package func shard(of count: Int) -> Int {
        guard count > 1 else { return 0 }
        return bytes.suffix(4).reduce(0) { $0 << 8 | Int($1) } % count
    }
}
