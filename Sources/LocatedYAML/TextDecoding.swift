/// From a file's bytes to text that the parser may see, or the one reason why not.
enum TextDecoding {
    struct Refusal: Error {
        let position: SourcePosition
        let message: String
        let help: String
        /// As much of the text as came before, for the line that is shown.
        var readable: [UInt8] = []
    }

    /// - Throws: for a file that is empty, too large, not UTF-8, or holds characters that no text has.
    static func text(of file: SourceFile) throws(Refusal) -> String {
        var bytes = file.bytes[...]
        if bytes.isEmpty { throw Refusal(position: .start, message: "the file is empty", help: "") }
        if bytes.count > SourceFile.longest {
            throw Refusal(
                position: .start, message: "the file is larger than 1 MiB",
                help: "a configuration file is a few KiB: is this the right file?")
        }
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            throw Refusal(position: .start, message: "the file is UTF-16", help: "save it as UTF-8")
        }
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes = bytes.dropFirst(3) }
        try checkCharacters(bytes, offset: file.bytes.count - bytes.count)
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func checkCharacters(_ bytes: ArraySlice<UInt8>, offset: Int) throws(Refusal) {
        var parser = Unicode.UTF8.ForwardParser()
        var iterator = bytes.makeIterator()
        var at = 0
        var (line, column) = (1, 1)
        func refusal(_ message: String, _ help: String) -> Refusal {
            let readable = Array(bytes.prefix(at).suffix(4096))
            return Refusal(
                position: SourcePosition(line: line, column: column), message: message, help: help, readable: readable)
        }
        while true {
            switch parser.parseScalar(from: &iterator) {
            case .emptyInput:
                return
            case .error:
                throw refusal("the byte at offset \(offset + at) is not UTF-8", "save the file as UTF-8")
            case .valid(let encoded):
                let scalar = UTF8.decode(encoded)
                if scalar == "\u{0}" {
                    throw refusal("there is a NUL byte at offset \(offset + at)", "is this a binary file?")
                }
                if isControl(scalar) {
                    let name = String(scalar.value, radix: 16, uppercase: true)
                    throw refusal("the control character U+\(name) is not allowed", "remove it")
                }
                at += encoded.count
                (line, column) = scalar == "\n" ? (line + 1, 1) : (line, column + 1)
            }
        }
    }

    /// What YAML 1.1 (5.1) does not count as printable.
    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A, 0x0D, 0x85: false
        case 0..<0x20, 0x7F..<0xA0, 0xFFFE, 0xFFFF: true
        default: false
        }
    }
}
