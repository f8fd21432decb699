import RotationModel

extension SQLView {
    package func isTaken(submission name: String) throws(RotationError) -> Bool {
        try guarded {
            try Query(database, "SELECT 1 FROM taken_submissions WHERE name = ?").exists([.text(name)])
        }
    }
}

extension SQLView {
    package func filesLeftBehind() throws(RotationError) -> Set<String> {
        try guarded {
            Set(
                try Query(database, "SELECT name FROM taken_submissions WHERE name LIKE '%/%'").all { $0.text(0) }
                    .filter { !$0.hasPrefix(TakenSubmissions.refused) })
        }
    }
}

extension SQLFleet {
    package func recordLeftBehind(_ marks: [String], run: RunID, at: Timestamp) throws(RotationError) {
        guard !marks.isEmpty else { return }
        try write { database in
            let submissions = try TakenSubmissions(database, run: run, at: at)
            for mark in marks { try submissions.add(mark) }
        }
    }

    package func forgetLeftBehind(where isGone: (_ mark: String) -> Bool) throws(RotationError) {
        let gone = try read { database in
            try Query(database, "SELECT name FROM taken_submissions WHERE name LIKE '%/%'").all { $0.text(0) }
        }.filter { name in
            isGone(
                name.hasPrefix(TakenSubmissions.refused)
                    ? String(name.dropFirst(TakenSubmissions.refused.count)) : name)
        }
        try forget(gone)
    }

    package func forgetSubmissions(except names: Set<String>) throws(RotationError) {
        let gone = try read { database in
            try Query(database, "SELECT name FROM taken_submissions").all { $0.text(0) }
                .filter { !$0.contains("/") && !names.contains($0) }
        }
        try forget(gone)
    }

    private func forget(_ gone: [String]) throws(RotationError) {
        guard !gone.isEmpty else { return }
        try write { database in
            let forget = try Query(database, "DELETE FROM taken_submissions WHERE name = ?")
            for name in gone { try forget.run([.text(name)]) }
        }
    }
}
