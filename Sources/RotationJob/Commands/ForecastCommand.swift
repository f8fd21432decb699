import ArgumentParser
import Job
import Planning
import Reports

enum ForecastFormat: String, ExpressibleByArgument, CaseIterable {
    case text
    case json
    case csv
    case html
}

struct ForecastCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forecast",
        abstract: "Show how many certificates runs will replace, day by day, and the peak.",
        discussion: """
            One run a day from now on, with today's inventory and today's policies; devices are taken to answer by the next run. \
            What is over a limit waits for the next day. Nothing is changed.
            """)

    @OptionGroup var options: GlobalOptions
    @OptionGroup var at: AtOption

    @Option(help: ArgumentHelp("How far to look.", valueName: "n"))
    var days = 90

    @Option(help: "How the forecast is written.")
    var format: ForecastFormat = .text

    @Flag(help: "In CSV, leave the names of policies as they are.")
    var raw = false

    @Option(
        help: ArgumentHelp("Write the forecast to a file instead of standard output.", valueName: "file"),
        completion: .file())
    var output: String?

    func validate() throws {
        guard (1...Forecast.longest).contains(days) else {
            throw ValidationError("--days takes a number from 1 to \(Forecast.longest).")
        }
        if raw, format != .csv { throw ValidationError("--raw belongs to --format csv.") }
    }

    func run() async throws {
        let forecast = try await Forecaster(options.workspace(), at: at.timestamp, observer: options.progress())
            .forecast(days: days)
        // A file gets no colours.
        let style = output == nil ? options.style : .plain
        try Console.deliver(to: output) { write in
            switch format {
            case .text: try write(Console.bytes(ofReport: ForecastText(forecast, style: style).text))
            case .json: try write(ForecastJSON(forecast).bytes)
            case .csv: try write(ForecastCSV(forecast, isRaw: raw).bytes)
            case .html: try ForecastHTML(ForecastFigures(forecast)).write(write)
            }
        }
    }
}
