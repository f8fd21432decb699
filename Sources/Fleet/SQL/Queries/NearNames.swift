import RotationModel

extension SQLFleet {
    package func nearNames(_ id: DeviceID) throws(RotationError) -> [String] {
        try read { database in
            let wanted = Array(id.text.lowercased().utf8)
            // Two letters that changed places are two changes.
            let farthest = wanted.count < 4 ? 1 : max(2, min(3, wanted.count / 4))
            var near: [(name: String, distance: Int)] = []
            try Query(streaming: database, "SELECT name FROM devices ORDER BY name").forEach { row in
                let length = row.withBytes(0) { $0.count }
                guard abs(length - wanted.count) <= farthest else { return }
                let name = row.text(0)
                let distance = EditDistance.between(wanted, Array(name.lowercased().utf8), notOver: farthest)
                guard let distance else { return }
                near.append((name, distance))
                // The order by name is kept among equals, so that the answer does not depend on the sort.
                if near.count > 64 { near = Array(near.sorted { $0.distance < $1.distance }.prefix(3)) }
            }
            return near.sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }.prefix(3).map(\.name)
        }
    }
}

/// How many bytes must be put in, taken out or changed to make one name of another (Levenshtein's distance).
enum EditDistance {
    /// Nil where it is over the limit.
    static func between(_ left: [UInt8], _ right: [UInt8], notOver limit: Int) -> Int? {
        var previous = Array(0...right.count)
        var current = previous
        for (row, byte) in left.enumerated() {
            current[0] = row + 1
            var least = current[0]
            for (column, other) in right.enumerated() {
                current[column + 1] = min(
                    previous[column] + (byte == other ? 0 : 1), previous[column + 1] + 1, current[column] + 1)
                least = min(least, current[column + 1])
            }
            if least > limit { return nil }
            swap(&previous, &current)
        }
        return previous[right.count] <= limit ? previous[right.count] : nil
    }
}
