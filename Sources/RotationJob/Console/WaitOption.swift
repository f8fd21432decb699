import ArgumentParser
import Job
import RotationModel

/// `--wait`
struct WaitOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Where a run is under way, wait so long for it to end; then exit with 75.", valueName: "duration"))
    var wait = SpanArgument(span: TimeSpan(seconds: 60))

    func patience(_ observer: any RunObserver, stop: StopRequest = .never) -> LockPatience {
        LockPatience(wait.span, observer: observer, stop: stop)
    }
}
