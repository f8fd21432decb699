/// Days, counted from 1970, of times in seconds.
enum DayNumber {
    /// Rounded down, before 1970 too.
    static func sql(of seconds: String) -> String {
        "(\(seconds) - (\(seconds) % 86400 + 86400) % 86400) / 86400"
    }
}
