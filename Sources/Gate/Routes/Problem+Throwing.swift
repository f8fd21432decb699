import RotationModel

extension Problem: Error {}

extension Problem {
    /// The gate cannot answer now, for no fault of the client's.
    static let unavailable = Problem(
        503, "unavailable", "the gate cannot answer just now; try again later, nothing was lost")

    static let notFound = Problem(404, "not-found", "there is nothing under this path; see the gate's documentation")

    init(_ code: RefusalCode, _ sentence: String) { self.init(code.status, code.rawValue, sentence) }
}
