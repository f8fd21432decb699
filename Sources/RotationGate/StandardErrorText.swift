import Basics
import LocatedYAML
import RotationModel
import System

/// What the gate says to people, on standard error. Whatever strangers called themselves is no more than text in it.
enum StandardErrorText {
    static func print(_ text: String) {
        // Where standard error is closed there is nobody left to tell.
        try? StandardStream.error.write(Array((text + "\n").utf8))
    }

    static func print(_ error: RotationError) {
        let place = error.place.isEmpty ? "" : "\(error.place): "
        let advice = error.advice.isEmpty ? "" : "\n  \(Printable.text(error.advice))"
        print("error: \(Printable.text(place + error.message))\(advice)")
    }

    static func print(_ diagnostics: [Diagnostic]) {
        for diagnostic in diagnostics { print(diagnostic.rendered(color: false)) }
    }
}

/// Log lines as the job writes them.
struct ServiceLog: RunObserver {
    func began(_ stage: Stage, total: Int?) {}
    func advanced(_ stage: Stage, by count: Int) {}
    func ended(_ stage: Stage) {}
    func warn(_ text: String) { line("warning", text) }
    func note(_ text: String) { line("info", text) }

    private func line(_ level: String, _ text: String) {
        StandardErrorText.print(Printable.text("\(SystemClock().now().rfc3339) \(level): \(text)"))
    }
}
