import Basics

/// What a body throws because of the JSON it reads.
func failure(_ body: () throws -> Void) throws -> JSONError {
    struct NothingThrown: Error {}
    do {
        try body()
    } catch let error as JSONError {
        return error
    }
    throw NothingThrown()
}
