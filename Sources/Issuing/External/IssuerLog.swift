import RotationModel

/// Passes on what an issuer says on its standard error, within bounds: a program in a loop must not fill the disk.
struct IssuerLog {
    let authority: String
    let observer: any RunObserver
    private var lines = LineBuffer(longest: IssuerLog.longestLine)
    private var count = 0

    static let longestLine = 1000
    static let mostLines = 200

    init(authority: String, observer: any RunObserver) {
        (self.authority, self.observer) = (authority, observer)
    }

    mutating func append(_ bytes: ArraySlice<UInt8>) {
        lines.append(bytes)
        while let line = lines.next() { say(line) }
        if lines.isTooLong { flush() }
    }

    /// Says what stands there without a line's end.
    mutating func flush() {
        if !lines.rest.isEmpty { say(Array(lines.rest)) }
        lines.dropRest()
    }

    private mutating func say(_ line: [UInt8]) {
        count += 1
        guard count <= IssuerLog.mostLines else { return }
        let text = String(decoding: line.prefix(IssuerLog.longestLine), as: UTF8.self)
        observer.warn("authority \(authority): \(text)")
        if count == IssuerLog.mostLines {
            observer.warn("authority \(authority): what its issuer says beyond \(count) lines is left out")
        }
    }
}
