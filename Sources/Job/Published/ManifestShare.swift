/// Which part of the fleet's manifests one run looks for, so that a run that has nothing to do costs the same however large the fleet is, and
/// some runs in a row look at all of them.
///
/// Nothing is kept about where the last run stopped: the number of runs so far says whose turn it is.
struct ManifestShare: Equatable {
    /// Rows of devices above this.
    let after: Int64
    /// And up to this.
    let through: Int64

    /// - Parameters:
    ///   - greatest: the greatest row of a device.
    ///   - population: how many manifests are to be looked for in all.
    ///   - run: the number of runs so far.
    ///   - most: how many one run looks for, about; more where all would take more than ``longest`` runs.
    init(of greatest: Int64, population: Int64, run: Int, most: Int64) {
        var parts = min(ManifestShare.longest, (population + most - 1) / most)
        // Odd, so that it also comes to all of them where only every second run looks.
        if parts % 2 == 0 { parts += 1 }
        let turn = Int64(run) % parts
        // Of very many rows the product would not fit.
        let (size, rest) = greatest.quotientAndRemainder(dividingBy: parts)
        after = size * turn + min(turn, rest)
        through = size * (turn + 1) + min(turn + 1, rest)
    }

    /// After so many runs each manifest was looked for.
    static let longest: Int64 = 63
}
