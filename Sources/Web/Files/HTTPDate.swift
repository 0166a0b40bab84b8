import Core

/// The dates of HTTP headers, such as `Sun, 06 Nov 1994 08:49:37 GMT`.
enum HTTPDate {
    private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// The parts are those of `Instant.text`, in another order. The first of January 1970 was a Thursday.
    static func text(_ instant: Instant) -> String {
        let text = Array(instant.text)
        guard text.count >= 19, let month = Int(String(text[5..<7])), (1...12).contains(month) else { return "" }
        let day = days[Int((instant.startOfDay.seconds / 86_400 % 7 + 7) % 7)]
        let (date, year, time) = (String(text[8..<10]), String(text[0..<4]), String(text[11..<19]))
        return "\(day), \(date) \(months[month - 1]) \(year) \(time) GMT"
    }

    /// Returns nil for the two older forms, which nobody has sent for decades: a condition that is not understood is
    /// ignored.
    static func seconds(_ text: String) -> Int64? {
        let parts = text.split(separator: " ")
        guard parts.count == 6, parts[5] == "GMT", let month = months.firstIndex(of: String(parts[2])) else {
            return nil
        }
        let number = month < 9 ? "0\(month + 1)" : "\(month + 1)"
        return Instant(text: "\(parts[3])-\(number)-\(parts[1])T\(parts[4])Z")?.seconds
    }
}
