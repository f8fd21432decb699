extension Workspace {
    /// Where a run leaves its report.
    package func reportPath(of outcome: RunOutcome) -> String {
        "\(configuration.reports)/run-\(outcome.id).json"
    }

    /// Where the same report is as a page, beside it.
    package func pagePath(of outcome: RunOutcome) -> String {
        "\(configuration.reports)/run-\(outcome.id).html"
    }
}
