import RotationModel

extension SQLFleet {
    package func reopenManifests(ofDevices rows: [Int64]) throws(RotationError) {
        guard !rows.isEmpty else { return }
        try write { database in
            let reopen = try Query(database, "UPDATE manifests SET published = 0 WHERE device = ?")
            for row in rows { try reopen.run([.integer(row)]) }
        }
    }

    package func reopenCRL(_ name: String) throws(RotationError) {
        try write { database in
            try Query(database, "UPDATE crls SET published = 0 WHERE name = ?").run([.text(name)])
        }
    }
}
