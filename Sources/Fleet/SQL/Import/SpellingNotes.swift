import RotationModel

/// Notes about names that are legal and hardly meant so: device ids that look alike, padded ids, padded labels.
struct SpellingNotes {
    private let database: any Database
    private let findDevice: Query
    private var lookAlikes = LookAlikes()
    /// Those that were noted.
    private var devices: Set<[UInt8]> = []
    private var labelSets: Set<Labels> = []
    private var labelNames: Set<[UInt8]> = []
    private var hasReadFleet = false

    /// Fleets have few label sets; of more than this, what is said of the first ones is enough.
    private static let remembered = 10_000

    init(_ database: any Database) throws {
        self.database = database
        findDevice = try Query(database, "SELECT 1 FROM devices WHERE name = ?")
    }

    /// - Returns: What a person should know of a row's names.
    mutating func notes(on row: FleetRow) throws -> [String] {
        try readFleet()
        return try notes(onDevice: row.device.text) + notes(on: row.labels)
    }

    private mutating func notes(onDevice id: String) throws -> [String] {
        let (others, isPadded) = try lookAlikes.see(id) { try findDevice.exists([.text($0)]) }
        guard !others.isEmpty || isPadded, devices.insert(Array(id.utf8)).inserted else { return [] }
        let shown = LookAlikes.spelledOut(id)
        if !others.isEmpty {
            let list = others.map { "\u{201C}\(LookAlikes.spelledOut($0))\u{201D}" }.joined(separator: ", ")
            return ["device \u{201C}\(shown)\u{201D} looks like \(list), and is another device"]
        }
        return ["the device id \u{201C}\(shown)\u{201D} has blanks at an end, or characters that nobody sees"]
    }

    private mutating func notes(on labels: Labels) -> [String] {
        guard !labelSets.contains(labels), labelSets.count < SpellingNotes.remembered else { return [] }
        labelSets.insert(labels)
        return labels.sorted.flatMap { name, text in
            notes(onLabel: name, "the label") + notes(onText: text, of: name)
        }
    }

    /// - Parameter what: What has the name.
    mutating func notes(onLabel name: String, _ what: String) -> [String] {
        guard SpellingNotes.isPadded(name), labelNames.insert(Array(name.utf8)).inserted else { return [] }
        return [
            "\(what) is the label \u{201C}\(LookAlikes.spelledOut(name))\u{201D}: no policy on \u{201C}\(LookAlikes.asRead(name))\u{201D} meets it"
        ]
    }

    private func notes(onText text: String, of name: String) -> [String] {
        guard SpellingNotes.isPadded(text) else { return [] }
        return [
            "the label \(name) is \u{201C}\(LookAlikes.spelledOut(text))\u{201D}: no policy on \u{201C}\(LookAlikes.asRead(text))\u{201D} meets it"
        ]
    }

    private static func isPadded(_ text: String) -> Bool {
        !LookAlikes.asRead(text).unicodeScalars.elementsEqual(text.unicodeScalars)
    }

    /// The ids that are there already; once.
    private mutating func readFleet() throws {
        guard !hasReadFleet else { return }
        hasReadFleet = true
        try Query(streaming: database, "SELECT name FROM devices").forEach {
            _ = lookAlikes.see($0.text(0)) { _ in false }
        }
    }
}
