import Core

/// A name that looks like a setting and is none: most likely misspelled, and ignored.
struct UnknownSetting: Equatable {
    let name: String
    /// The setting that was probably meant. Nil if no name is near.
    let likely: String?

    init(_ name: String, known: Set<String>) {
        self.name = name
        likely = known.nearest(to: name)
    }

    var sentence: String {
        "Unknown setting \(name) (ignored)." + (likely.map { " Did you mean \($0)?" } ?? "")
    }
}
