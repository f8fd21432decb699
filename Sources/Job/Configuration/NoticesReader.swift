import LocatedYAML
import RotationModel

/// Reads `notify` of `rotation.yaml`. What is wrong is reported to the file's log, and reading goes on.
struct NoticesReader {
    /// What relative paths start from.
    let root: String

    private static let example = "[/usr/lib/rotation-job/notices/mail, ops@example.com]"

    func read(_ value: LocatedValue) -> [NoticeRule] {
        guard let list = value.list("a list such as [{ on: [failed], command: \(NoticesReader.example) }]") else {
            return []
        }
        return list.compactMap(rule)
    }

    private func rule(_ value: LocatedValue) -> NoticeRule? {
        value.mapping("an entry of `notify`") { reader -> NoticeRule? in
            let events = reader.required("on", like: "[failed, guard]").flatMap(events)
            let command = reader.required("command", like: NoticesReader.example).flatMap(
                CommandReader(root: root, example: NoticesReader.example).read)
            guard let events, let command else { return nil }
            return NoticeRule(events: events, program: command.program, arguments: command.arguments)
        } ?? nil
    }

    private func events(_ value: LocatedValue) -> Set<NoticeEvent>? {
        guard let items = value.oneOrMore("an event such as failed") else { return nil }
        let choices = NoticeEvent.allCases.map { (name: $0.rawValue, value: $0) }
        let events = items.compactMap { $0.choice(choices, what: "event") }
        return events.count == items.count ? Set(events) : nil
    }
}
