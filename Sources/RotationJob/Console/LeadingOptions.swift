import ArgumentParser

/// Lets what every command takes stand before the command's name too: `rotation-job --config FILE run`.
///
/// Each command has these options itself, so that its help names them; whoever comes from kubectl or git writes them first.
enum LeadingOptions {
    private static let flags: Set<String> = ["--quiet", "--no-color"]
    private static let valued: Set<String> = ["--config", "--log-level", "--log-format"]

    /// The arguments with such options behind the command that they were meant for.
    static func moved(_ arguments: [String], to root: any ParsableCommand.Type) -> [String] {
        var rest = arguments[...]
        var leading: [String] = []
        while let first = rest.first {
            if flags.contains(first) || valued.contains(where: { first.hasPrefix("\($0)=") }) {
                leading.append(rest.removeFirst())
            } else if valued.contains(first), rest.count > 1 {
                leading += rest.prefix(2)
                rest.removeFirst(2)
            } else {
                break
            }
        }
        guard !leading.isEmpty, let command = rest.first, !command.hasPrefix("-") else { return arguments }
        var path: [String] = []
        var level = root
        while let name = rest.first, let next = level.configuration.subcommands.first(where: { $0.name == name }) {
            path.append(rest.removeFirst())
            level = next
        }
        return path + leading + rest
    }
}

extension ParsableCommand {
    /// As it is typed.
    fileprivate static var name: String { configuration.commandName ?? String(describing: Self.self).lowercased() }
}
