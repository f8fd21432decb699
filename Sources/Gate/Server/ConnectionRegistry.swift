import NIOCore
import Synchronization

/// All open connections, and which of them may be closed to make room: those that have not sent a whole request, the oldest first.
///
/// So connections that are opened and left alone never keep others out: at the limit each new one takes the place of the one that has kept the
/// server waiting longest.
final class ConnectionRegistry: Sendable {
    enum Phase: Sendable {
        /// TLS is not established.
        case handshaking
        /// Nothing, or a part of a request, has come since the last answer.
        case idle
        /// A request is being answered.
        case busy
    }

    typealias ID = UInt64

    private struct Connection {
        let channel: any Channel
        /// Whether the limit counts it.
        let isCounted: Bool
        var phase: Phase
        var ticket: OldestFirst<ID>.Ticket = 0
    }

    private struct State {
        var connections: [ID: Connection] = [:]
        var counted = 0
        var handshaking = OldestFirst<ID>()
        var idle = OldestFirst<ID>()
        var next: ID = 0
        var isDraining = false

        mutating func enqueue(_ id: ID) {
            guard let connection = connections[id], connection.isCounted else { return }
            switch connection.phase {
            case .handshaking: connections[id]?.ticket = handshaking.append(id)
            case .idle: connections[id]?.ticket = idle.append(id)
            case .busy: break
            }
        }

        mutating func dequeue(_ connection: Connection) {
            guard connection.isCounted else { return }
            switch connection.phase {
            case .handshaking: handshaking.remove(connection.ticket)
            case .idle: idle.remove(connection.ticket)
            case .busy: break
            }
        }

        mutating func remove(_ id: ID) -> Connection? {
            guard let connection = connections.removeValue(forKey: id) else { return nil }
            dequeue(connection)
            if connection.isCounted { counted -= 1 }
            return connection
        }
    }

    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int) { self.limit = limit }

    /// What became of a new connection.
    enum Admission {
        case admitted(ID)
        /// All others are being answered.
        case full
        case draining
    }

    /// - Returns: And the connection that is closed to make room for it, if one is.
    func admit(
        _ channel: any Channel, _ phase: Phase, isCounted: Bool
    ) -> (admission: Admission, evicted: (any Channel)?) {
        state.withLock { state in
            guard !state.isDraining else { return (.draining, nil) }
            var evicted: (any Channel)?
            if isCounted, state.counted >= limit {
                guard let oldest = state.handshaking.removeOldest() ?? state.idle.removeOldest() else {
                    return (.full, nil)
                }
                evicted = state.remove(oldest)?.channel
            }
            state.next += 1
            let id = state.next
            state.connections[id] = Connection(channel: channel, isCounted: isCounted, phase: phase)
            if isCounted { state.counted += 1 }
            state.enqueue(id)
            return (.admitted(id), evicted)
        }
    }

    /// - Returns: False where the connection is to be closed: it had to make room, or the server ends.
    func move(_ id: ID, to phase: Phase) -> Bool {
        state.withLock { state in
            guard let connection = state.connections[id] else { return false }
            state.dequeue(connection)
            state.connections[id]?.phase = phase
            state.enqueue(id)
            return !state.isDraining
        }
    }

    func remove(_ id: ID) { _ = state.withLock { $0.remove(id) } }

    var isDraining: Bool { state.withLock { $0.isDraining } }
    var isEmpty: Bool { state.withLock { $0.connections.isEmpty } }
    /// Those that the limit counts.
    var count: Int { state.withLock { $0.counted } }

    /// From now on none is admitted.
    ///
    /// - Returns: Those that are not being answered.
    func drain() -> [any Channel] {
        state.withLock { state in
            state.isDraining = true
            return state.connections.values.filter { $0.phase != .busy }.map(\.channel)
        }
    }

    var channels: [any Channel] { state.withLock { $0.connections.values.map(\.channel) } }
}
