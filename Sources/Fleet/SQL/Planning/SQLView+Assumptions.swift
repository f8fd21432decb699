import Lifecycle
import RotationModel

extension SQLView {
    package func supposedIssuer(_ name: String) throws(RotationError) -> Int64 {
        if let known = try issuerNames().first(where: { $0.name == name }) { return known.row }
        return lexicon.suppose(issuer: name)
    }
}
