import Basics
import Logging
import RotationModel
import System

/// Log lines on standard error, for people or for machines.
struct StandardErrorLog: LogHandler {
    let format: LogFormat
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .info

    init(format: LogFormat) { self.format = format }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let now = SystemClock().now().rfc3339
        let all = metadata.merging(event.metadata ?? [:]) { _, new in new }.sorted { $0.key < $1.key }
        switch format {
        case .text:
            let pairs = all.map { " \($0.key)=\($0.value)" }.joined()
            Console.printToStandardError(Printable.text("\(now) \(event.level): \(event.message)\(pairs)") + "\n")
        case .json:
            var json = JSONWriter()
            json.object { json in
                json.member("time", now)
                json.member("level", event.level.rawValue)
                json.member("message", "\(event.message)")
                for (key, value) in all { json.member(key, "\(value)") }
            }
            json.newline()
            Console.printToStandardError(json.text)
        }
    }
}
