import NIOCore

/// The one thing that a connection is waiting for, and until when.
struct ConnectionTimer {
    enum Wait: Hashable {
        case handshake, headers, body, idle
        /// That the client takes a piece of an answer.
        case writing
        /// That the client closes the connection.
        case lingering
    }

    /// For a client to read its answer after everything was said.
    private static let lingering = Duration.seconds(2)

    private var wait: Wait?
    private var scheduled: Scheduled<Void>?

    /// Does nothing where it waits for the same already: more bytes bring no more time.
    mutating func start(_ wait: Wait, _ limits: ServerLimits, on loop: any EventLoop, _ body: @escaping () -> Void) {
        guard wait != self.wait else { return }
        cancel()
        self.wait = wait
        let time: Duration =
            switch wait {
            case .handshake: limits.handshake
            case .headers: limits.headers
            case .body: limits.body
            case .idle, .writing: limits.idle
            case .lingering: ConnectionTimer.lingering
            }
        scheduled = loop.assumeIsolated().scheduleTask(in: TimeAmount(time), body)
    }

    mutating func cancel() {
        scheduled?.cancel()
        (wait, scheduled) = (nil, nil)
    }
}
