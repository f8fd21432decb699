import CPostgreSQL
import RotationModel

/// What the server or libpq reported. Its detail is left out: it quotes values, which may be certificates.
struct PostgresFailure: Error, Sendable {
    /// SQLSTATE (PostgreSQL's documentation, appendix A); empty where the server said nothing.
    let state: String
    let message: String
    /// Whether there is no connection any more.
    let isConnectionLost: Bool

    init(state: String = "", message: String, isConnectionLost: Bool = false) {
        (self.state, self.message, self.isConnectionLost) = (state, message, isConnectionLost)
    }

    init(_ result: OpaquePointer?, connection: OpaquePointer?) {
        func field(_ code: Character) -> String? {
            guard let byte = code.asciiValue, let text = PQresultErrorField(result, CInt(byte)) else { return nil }
            return String(cString: text)
        }
        isConnectionLost = PQstatus(connection) == CONNECTION_BAD
        state = field("C") ?? ""
        message =
            field("M")
            ?? PostgresFailure.firstLine(PQerrorMessage(connection).map { String(cString: $0) } ?? "no message")
    }

    static func firstLine(_ text: String) -> String {
        let line = text.split(separator: "\n").first.map(String.init) ?? text
        return line.isEmpty ? "no message" : line
    }

    /// Whether the same may be asked again soon: the server is gone for the moment, or is coming up.
    var isPassing: Bool { isConnectionLost || state == "57P03" }

    /// For an operator.
    ///
    /// - Parameter place: Where the registry is.
    func error(at place: String) -> RotationError {
        let kind = kind
        let detail = state.isEmpty ? "PostgreSQL: \(message)" : "PostgreSQL \(state): \(message)"
        return RotationError(kind.code, "\(kind.message) (\(detail))", at: place, advice: kind.advice)
    }

    private static let nothingLost = "what was committed before stands"

    private var kind: (code: RotationError.Code, message: String, advice: String) {
        let nothingLost = PostgresFailure.nothingLost
        switch (state.prefix(2), state) {
        case (_, "57014"), (_, "55P03"), (_, "25P03"):
            return (
                .locked, "the registry did not answer in time",
                "another host or a person may hold it: see pg_stat_activity and pg_locks, then start again; \(nothingLost)"
            )
        case (_, "25006"):
            return (
                .io, "the server takes no changes: it is a standby, or was set read-only",
                "name the primary (`?target_session_attrs=read-write` with several hosts), then start again; \(nothingLost)"
            )
        case (_, "53100"):
            return (
                .io, "the disk of the registry's server is full",
                "free some space there and start again; \(nothingLost)"
            )
        case ("53", _):
            return (
                .io, "the registry's server is short of something",
                "see the server's log (connections, memory), then start again; \(nothingLost)"
            )
        case ("28", _):
            return (
                .permission, "the registry's server does not let this user in",
                "see its pg_hba.conf, and ~/.pgpass, sslcert and sslkey here"
            )
        case (_, "42501"):
            return (
                .permission, "this role may not do that in the registry",
                "grant it what `rotation-job inventory init-sql` says"
            )
        case (_, "3D000"), (_, "3F000"), (_, "42P01"):
            return (
                .inventory, "there is no registry in that database",
                "make it with `rotation-job init`, or with what `rotation-job inventory init-sql` prints"
            )
        case ("40", _):
            return (
                .locked, "the registry could not put two changes in order",
                "start again; nothing of this change went in, and \(nothingLost)"
            )
        case ("XX", _), ("58", _):
            return (
                .inventory, "the registry's server found its own storage at fault",
                "see the server's log before anything is started again; \(nothingLost)"
            )
        case ("", _), ("08", _), ("57", _):
            return (
                .io, "the registry's server cannot be reached, or lets nobody in",
                "see that it runs, that this host reaches it, and that it knows this user, then start again; \(nothingLost)"
            )
        default:
            return (
                .inventory, "the registry refused",
                "start again, and where it comes back, report this message; \(nothingLost)"
            )
        }
    }
}
