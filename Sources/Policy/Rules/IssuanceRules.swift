/// Whether a replacement needs a new key.
package enum RekeyRule: String, Sendable, CaseIterable {
    /// Only from a CSR with a new key.
    case required
    /// The same key may be certified again.
    case allowed
}

/// What proves that a device holds the key of its new certificate.
package enum ConfirmRule: String, Sendable, CaseIterable {
    /// A complete request to the gate by the new certificate, too: its key signed the handshake.
    case request
    /// A confirmation alone, that the new key signed.
    case ack
}

/// Which CSRs are answered.
package enum RequestRule: String, Sendable, CaseIterable {
    /// Those alone that the device signed with the key of its current certificate, or that a person said are its own.
    case authenticated
    /// Any that proves possession of its key: whoever can write the inbox speaks for its devices.
    case any
}
