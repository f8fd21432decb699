import RotationModel

/// Reads a certificate part by part, in one of two ways: strictly, where the first mistake is an error, or as certificates stand in the
/// field, where a mistake in a part that nobody needs to replace the certificate is noted, and the rest is read on.
struct PartReading {
    let isLenient: Bool
    /// What is wrong with parts that were passed over, in the certificate's order.
    private(set) var notes: [String] = []

    static var strict: PartReading { PartReading(isLenient: false) }
    static var lenient: PartReading { PartReading(isLenient: true) }

    private init(isLenient: Bool) { self.isLenient = isLenient }

    /// What the body reads; where that fails, what takes its place.
    ///
    /// - Throws: what the body throws, unless reading is lenient.
    mutating func read<Part>(
        orElse substitute: @autoclosure () -> Part, _ body: () throws(RotationError) -> Part
    ) throws(RotationError) -> Part {
        do {
            return try body()
        } catch {
            guard isLenient else { throw error }
            notes.append(error.message)
            return substitute()
        }
    }

    /// Holds a part against a rule that nothing else depends on.
    mutating func check(_ body: () throws(RotationError) -> Void) throws(RotationError) {
        try read(orElse: (), body)
    }

    mutating func note(_ problem: String) { notes.append(problem) }
}
