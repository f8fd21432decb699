import Basics
import RotationModel

/// What a file of AWS's output says of itself: whether it is a whole listing, or a page of one.
struct AWSListing {
    private let file: String
    private let prints: String
    private var marker: (name: String, thing: String?)?

    /// How the listing commands of AWS call the token that leads to the next page; null on the last one.
    private static let markers = ["nextToken", "NextToken", "nextMarker", "NextMarker", "marker", "Marker"]

    /// - Parameter prints: The command that prints such a file.
    init(file: String, prints: String) {
        self.file = file
        self.prints = prints
    }

    /// Another page follows: what the one before said of its end is over.
    mutating func beginPage() { marker = nil }

    /// Takes account of a member beside the listed elements.
    mutating func member(_ name: String, _ value: JSONStream.RawValue) {
        guard AWSListing.markers.contains(name), let value else { return }
        member(name, (try? JSONValue(parsing: value)) ?? .null, of: nil)
    }

    mutating func member(_ name: String, _ value: JSONValue, of thing: String?) {
        guard AWSListing.markers.contains(name) else { return }
        switch value {
        case .null, .string(""): break
        default: marker = (name, thing)
        }
    }

    /// Whether a member whose name could be a thing's is a marker: its value is no list then.
    mutating func takes(_ name: String, _ value: JSONStream.RawValue) throws(RotationError) -> Bool {
        guard AWSListing.markers.contains(name), let value, let first = value.first, first != UInt8(ascii: "["),
            first != UInt8(ascii: "{")
        else { return false }
        member(name, value)
        return true
    }

    /// That the listing is cut off, if it is.
    var problem: RotationError? {
        guard let marker else { return nil }
        let whose = marker.thing.map { " of thing \($0)" } ?? ""
        return RotationError(
            .badInput,
            "the listing\(whose) is cut off: its \(marker.name) says that there is more", at: file,
            advice:
                "`\(prints)` prints all pages by itself, so leave --no-paginate and --max-items away; `--partial` takes the page as it is"
        )
    }
}
