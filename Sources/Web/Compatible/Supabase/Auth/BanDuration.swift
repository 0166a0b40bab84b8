import Core

/// `ban_duration`: `none`, or a duration as Go writes it, such as `24h` or `1h30m`, from now.
enum BanDuration {
    private static let units: [(name: String, milliseconds: Double)] = [
        ("ns", 0.000_001), ("us", 0.001), ("µs", 0.001), ("μs", 0.001), ("ms", 1), ("s", 1000), ("m", 60_000),
        ("h", 3_600_000),
    ]
    /// As far as Go's own durations go: 292 years.
    private static let longest = Double(Int64.max) / 1_000_000

    /// Nil if `text` is neither. A duration that is not above zero ends before it begins.
    static func access(_ text: String, now: Instant) -> UserAccess? {
        guard text != "none" else { return .enabled }
        guard let milliseconds = milliseconds(text) else { return nil }
        return milliseconds > 0 ? .disabled(until: now + .milliseconds(milliseconds)) : .enabled
    }

    private static func milliseconds(_ text: String) -> Int64? {
        var rest = text[...]
        let isNegative = rest.first == "-"
        if isNegative || rest.first == "+" { rest.removeFirst() }
        guard rest != "0" else { return 0 }
        var sum = 0.0
        repeat {
            guard let part = part(&rest) else { return nil }
            sum += part
        } while !rest.isEmpty
        guard sum <= longest else { return nil }
        // A part of a millisecond is one: what is above zero stays so.
        return isNegative ? 0 : Int64(sum.rounded(.up))
    }

    /// A number with its unit, from the beginning of `rest`.
    private static func part(_ rest: inout Substring) -> Double? {
        let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        // At most 15 digits are exact.
        guard digits.count <= 15, let number = Double(digits) else { return nil }
        rest = rest.dropFirst(digits.count)
        let name = rest.prefix { !$0.isNumber && $0 != "." }
        guard let unit = units.first(where: { $0.name == name }) else { return nil }
        rest = rest.dropFirst(name.count)
        return number * unit.milliseconds
    }
}
