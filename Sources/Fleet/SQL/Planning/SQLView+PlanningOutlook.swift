import Lifecycle
import RotationModel

extension SQLView {
    package func issuerNames() throws(RotationError) -> [(row: Int64, name: String)] {
        try guarded {
            try Query(database, "SELECT id, name FROM issuers ORDER BY id").all { ($0.integer(0), $0.text(1)) }
        }
    }
}
