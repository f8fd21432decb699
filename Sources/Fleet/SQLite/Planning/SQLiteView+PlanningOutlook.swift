import GRDB
import Lifecycle
import RotationModel

extension SQLiteView {
    package func issuerNames() throws(RotationError) -> [(row: Int64, name: String)] {
        try guarded {
            try Query(database, "SELECT id, name FROM issuers ORDER BY id").all { ($0.integer(0), $0.text(1)) }
        }
    }
}
