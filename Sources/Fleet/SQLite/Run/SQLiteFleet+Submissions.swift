import GRDB
import RotationModel

extension SQLiteView {
    package func isTaken(submission name: String) throws(RotationError) -> Bool {
        try guarded {
            try Query(database, "SELECT 1 FROM taken_submissions WHERE name = ?").exists([.text(name)])
        }
    }
}

extension SQLiteFleet {
    package func forgetSubmissions(except names: Set<String>) throws(RotationError) {
        let gone = try read { database in
            try Query(database, "SELECT name FROM taken_submissions").all { $0.text(0) }.filter { !names.contains($0) }
        }
        guard !gone.isEmpty else { return }
        try write { database in
            let forget = try Query(database, "DELETE FROM taken_submissions WHERE name = ?")
            for name in gone { try forget.run([.text(name)]) }
        }
    }
}
