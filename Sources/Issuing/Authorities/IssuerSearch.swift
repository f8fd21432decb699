import PKI
import Policy
import RotationModel

/// Finds the issuers that a name may mean.
struct IssuerSearch {
    private let name: DistinguishedNameText
    private let parts: NameText

    init(_ text: String) {
        name = DistinguishedNameText(text)
        parts = NameText(text)
    }

    /// Those that are named as they are written, else those that mean the same, else those that mean the same read from the end.
    func names(among known: [String]) -> [String] {
        let exact = known.filter { name.isSame(as: $0) }
        guard exact.isEmpty, !parts.isEmpty else { return exact }
        let read = known.map { (text: $0, parts: NameText($0)) }
        let same = read.filter { $0.parts.isSame(as: parts) }
        return (same.isEmpty ? read.filter { $0.parts.isReverse(of: parts) } : same).map(\.text)
    }
}
