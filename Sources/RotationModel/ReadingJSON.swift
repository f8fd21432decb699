import Basics

// JSON of others is read at an edge: where it cannot be taken, that is bad input.

extension JSONValue {
    /// - Throws: ``RotationError/Code/badInput`` that says what is wrong and at which byte.
    package init(parsing bytes: [UInt8]) throws(RotationError) {
        do {
            try self.init(reading: bytes)
        } catch {
            throw RotationError(.badInput, error.message, advice: error.advice)
        }
    }
}

extension FlatJSON {
    /// - Throws: ``RotationError/Code/badInput`` that says what the JSON has or lacks, and at which byte.
    package init(parsing bytes: [UInt8], largest: Int = FlatJSON.largest) throws(RotationError) {
        do {
            try self.init(reading: bytes, largest: largest)
        } catch {
            throw RotationError(.badInput, error.summary, advice: error.advice)
        }
    }
}
