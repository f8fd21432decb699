import RotationModel

/// Whose devices are served.
package enum AccountScope: Sendable, Hashable {
    /// Those of every account of the registry.
    case any
    case only(AccountID)
    /// Nobody's: accounts go by server names, and the one that was asked for has none. Nil where none was asked for.
    case nobody(serverName: String?)
}
