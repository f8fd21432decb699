import CLinux

/// Whether something sets this machine's clock by others (NTP).
package enum ClockDiscipline {
    /// As the kernel was told (adjtimex(2)); nil where it does not say.
    package static var isSynchronized: Bool? {
        switch is_clock_synchronized() {
        case 1: true
        case 0: false
        default: nil
        }
    }
}
