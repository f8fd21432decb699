/// The stable names of actions in plans and reports.
package enum ActionName: String, Sendable, CaseIterable {
    /// A replacement is issued now: a usable CSR waits, or the policy lets the key stay.
    case issue
    /// The device is asked for a CSR.
    case requestCSR = "request-csr"
    case revoke
    /// An older certificate beside the current one is made inactive.
    case retire
    /// Due, and held back for now.
    case hold
    /// Due, and cannot go on before somebody does something.
    case blocked
    /// A finding that the policy only reports.
    case report
    /// No policy covers the device.
    case uncovered

    /// Whether a run changes anything by it.
    package var isChange: Bool {
        switch self {
        case .issue, .requestCSR, .revoke, .retire: true
        case .hold, .blocked, .report, .uncovered: false
        }
    }
}
