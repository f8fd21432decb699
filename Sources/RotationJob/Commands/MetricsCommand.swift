import ArgumentParser
import Job
import Reports

struct MetricsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "metrics",
        abstract: "The fleet in numbers, as OpenMetrics text.",
        discussion: """
            What node_exporter's textfile collector takes. With `metrics: { textfile: FILE }` in rotation.yaml each `run` and each \
            `status` writes it to that file, whole or not at all. docs/metrics.md says what each number is.
            """)

    @OptionGroup var options: GlobalOptions
    @OptionGroup var at: AtOption

    func run() async throws {
        let workspace = try options.workspace()
        try Console.write(Array(MetricsText(try await .read(workspace, at: at.timestamp)).text.utf8))
    }
}
