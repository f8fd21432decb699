import RotationModel

/// Values as libpq takes them: bytes and texts as they are, numbers in decimal, so that the server reads them as whatever type stands there.
enum PostgresValues {
    typealias Pointers<T> = (
        _ count: CInt, _ values: UnsafePointer<UnsafePointer<CChar>?>?, _ lengths: UnsafePointer<CInt>?,
        _ formats: UnsafePointer<CInt>?
    ) -> T

    static func with<T>(_ values: [SQLValue], _ body: Pointers<T>) -> T {
        guard !values.isEmpty else { return body(0, nil, nil, nil) }
        var memory: [UInt8] = []
        var starts: [Int?] = []
        var lengths: [CInt] = []
        var formats: [CInt] = []
        memory.reserveCapacity(values.count * 24)
        for value in values {
            let start = memory.count
            switch value {
            case .null: break
            case .integer(let number): memory.append(contentsOf: String(number).utf8)
            case .text(let text): memory.append(contentsOf: text.utf8)
            case .blob(let bytes): memory.append(contentsOf: bytes)
            case .digest(let digest): digest.withBytes { memory.append(contentsOf: $0) }
            }
            if case .null = value { starts.append(nil) } else { starts.append(start) }
            lengths.append(CInt(memory.count - start))
            if case .integer = value { formats.append(0) } else { formats.append(1) }
            // Behind a number in decimal: it is read as a C string.
            memory.append(0)
        }
        return memory.withUnsafeBufferPointer { bytes in
            bytes.withMemoryRebound(to: CChar.self) { bytes in
                let pointers = starts.map { start in start.flatMap { start in bytes.baseAddress.map { $0 + start } } }
                return pointers.withUnsafeBufferPointer { pointers in
                    lengths.withUnsafeBufferPointer { lengths in
                        formats.withUnsafeBufferPointer { formats in
                            body(CInt(values.count), pointers.baseAddress, lengths.baseAddress, formats.baseAddress)
                        }
                    }
                }
            }
        }
    }
}

/// The registry's statements have SQLite's placeholders.
enum PostgresPlaceholders {
    /// `?` and `?2` as `$1` and `$2`; what stands in quotes stays.
    static func numbered(_ sql: String) -> String {
        var text: [UInt8] = []
        var count = 0
        var isQuoted = false
        var rest = Array(sql.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "'") { isQuoted.toggle() }
            guard byte == UInt8(ascii: "?"), !isQuoted else {
                text.append(byte)
                continue
            }
            let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            rest = rest.dropFirst(digits.count)
            text.append(UInt8(ascii: "$"))
            if digits.isEmpty { count += 1 }
            text.append(contentsOf: digits.isEmpty ? Array("\(count)".utf8) : Array(digits))
        }
        return String(decoding: text, as: UTF8.self)
    }
}
