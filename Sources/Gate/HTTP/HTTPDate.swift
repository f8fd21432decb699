import RotationModel

/// A date as HTTP writes it (RFC 9110, 5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`.
package enum HTTPDate {
    private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    package static func text(_ time: Timestamp) -> String {
        let at = time.components
        let (whole, rest) = time.seconds.quotientAndRemainder(dividingBy: 86_400)
        let day = Int(((rest < 0 ? whole - 1 : whole) % 7 + 7) % 7)
        return "\(days[day]), \(padded(at.day)) \(months[at.month - 1]) \(padded(at.year, to: 4)) "
            + "\(padded(at.hour)):\(padded(at.minute)):\(padded(at.second)) GMT"
    }

    private static func padded(_ number: Int, to width: Int = 2) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
