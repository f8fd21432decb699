import Basics
import System

/// Asks for a page by curl: the job itself speaks to no network.
enum WebProgram {
    enum Answer: Equatable {
        case page([UInt8])
        /// What curl says.
        case failure(String)
        /// There is no curl.
        case unable
    }

    /// Seconds.
    private static let patience = 5
    /// A list may be long; longer than that it is not read.
    private static let largest = 64 << 20

    /// - Parameters:
    ///   - socket: a socket that has a file; nil for the network.
    ///   - failing: whether a status of 400 and more is a failure.
    static func get(_ url: String, socket: String? = nil, failing: Bool = true) -> Answer {
        let arguments =
            [
                "--silent", "--show-error", "--location", "--max-redirs", "3", "--max-time", "\(patience)",
                "--max-filesize", "\(largest)",
            ]
            + (failing ? ["--fail"] : ["--insecure"]) + (socket.map { ["--unix-socket", $0] } ?? []) + ["--", url]
        guard let curl = try? ChildProcess("curl", arguments) else { return .unable }
        var collected: [[UInt8]] = [[], []]
        let ends = [curl.output, curl.errors]
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        let end = ContinuousClock.now + .seconds(patience + 2)
        while ends.contains(where: \.isOpen), ContinuousClock.now < end {
            for place in ReadyDescriptors.wait(reading: ends, within: .milliseconds(200)).reading {
                switch ends[place].read(into: &buffer) {
                case .bytes(let count): if collected[place].count <= largest { collected[place] += buffer[..<count] }
                case .later: break
                case .end: ends[place].close()
                }
            }
        }
        if ends.contains(where: \.isOpen) { curl.send(.kill) }
        switch curl.waitForEnd() {
        case .exited(0): return .page(collected[0])
        case .exited(127): return .unable
        default:
            let said = String(decoding: collected[1].prefix { $0 != 0x0A }, as: UTF8.self)
            return .failure(said.isEmpty ? "it did not answer" : Printable.text(said))
        }
    }
}
