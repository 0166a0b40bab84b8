/// A name that looks like a setting and is none: most likely misspelled, and ignored.
struct UnknownSetting: Equatable {
    let name: String
    /// The setting that was probably meant. Nil if no name is near.
    let likely: String?

    init(_ name: String, known: Set<String>) {
        self.name = name
        let nearest = known.map { (name: $0, distance: Self.distance(name, $0)) }.min {
            ($0.distance, $0.name) < ($1.distance, $1.name)
        }
        likely = nearest.flatMap { $0.distance <= 2 ? $0.name : nil }
    }

    var sentence: String {
        "Unknown setting \(name) (ignored)." + (likely.map { " Did you mean \($0)?" } ?? "")
    }

    /// How many letters to insert, remove or exchange to get from one to the other (Levenshtein).
    private static func distance(_ one: String, _ other: String) -> Int {
        let other = Array(other.utf8)
        var row = Array(0...other.count)
        for (i, byte) in one.utf8.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, candidate) in other.enumerated() {
                let replaced = diagonal + (byte == candidate ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(replaced, row[j] + 1, row[j + 1] + 1)
            }
        }
        return row[other.count]
    }
}
