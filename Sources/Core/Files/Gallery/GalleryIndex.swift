/// What a gallery is laid out by: for each day, newest first, a letter for each picture in its order.
package struct GalleryIndex: Sendable, Hashable {
    package struct Day: Sendable, Hashable {
        /// Of UTC, since 1970.
        package let number: Int64
        /// As `Proportion` has them.
        package fileprivate(set) var letters: String

        package var count: Int { letters.utf8.count }
        /// Such as `2026-11-28`.
        package var date: String { String(Instant(rawValue: number * 86_400_000).text.prefix(10)) }
    }

    package private(set) var days: [Day] = []

    init(_ hours: [GalleryHour]) {
        for hour in hours { add(hour.letters ?? "", at: hour.hour) }
    }

    init(_ outlines: [AssetOutline]) {
        for outline in outlines {
            let letter = String(UnicodeScalar(Proportion.letter(of: outline.size)))
            add(letter, at: GalleryHour.hour(of: outline.id))
        }
    }

    /// A line a day: its date, how many pictures, their letters.
    package var text: String {
        days.reduce(into: "") { $0 += "\($1.date) \($1.count) \($1.letters)\n" }
    }

    private mutating func add(_ letters: String, at hour: Int64) {
        guard !letters.isEmpty else { return }
        if days.last?.number == hour / 24 {
            days[days.count - 1].letters += letters
        } else {
            days.append(Day(number: hour / 24, letters: letters))
        }
    }
}
