import RotationModel

/// Where an importer's rows go: an engine applies them one after the other, and keeps count.
protocol ImportSink: AnyObject {
    /// Applies a row, or reports why not.
    func apply(_ row: FleetRow, file: InputFile, line: Int) throws

    /// Notes where a label's name is padded.
    ///
    /// - Parameter what: What has the name.
    func noteSpelling(ofLabel name: String, _ what: String)

    func reject(file: String, line: Int, device: String?, _ error: RotationError)

    /// Tells how far a file is read.
    func report(_ file: InputFile)
}
