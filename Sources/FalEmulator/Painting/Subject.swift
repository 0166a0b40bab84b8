import Core

/// What a prompt asks for, as far as the sandbox can draw it. Unknown words still count: they change the random seed.
struct Subject {
    enum Place: CaseIterable {
        case park, mountains, sea, city, space, desert, shapes
    }

    enum Figure {
        case dress, tree, boat, balloon, house
    }

    let place: Place
    let figure: Figure?
    let mood: Mood
    /// The color that the prompt names, or one that suits.
    let accent: Color

    init(prompt: String, random: inout PaintRandom) {
        let keywords = prompt.lowercased().split { !$0.isLetter }.map(String.init)
        let named = Self.firstMatch(Self.places, in: keywords)
        figure = Self.firstMatch(Self.figures, in: keywords)
        place = named ?? Self.home(of: figure) ?? random.pick(Place.allCases)
        let moods: [Mood] = place == .space ? [.night] : [.day, .day, .dawn, .sunset, .night, .mist]
        let chosen = random.pick(moods)
        mood = Self.firstMatch(Mood.keywords, in: keywords) ?? chosen
        let suiting = random.pick([0xD8413B, 0xF2A93B, 0x2A9D8F, 0x3F6FD1, 0xB5489A, 0xE76F51] as [UInt32])
        accent = Self.firstMatch(Self.colors, in: keywords) ?? Color(suiting)
    }

    private static let places: [(Place, [String])] = [
        (.space, ["space", "galaxy", "planet", "planets", "nebula", "cosmos", "astronaut", "rocket", "universe"]),
        (.city, [
            "city", "street", "skyline", "building", "buildings", "tokyo", "paris", "york", "urban", "neon",
            "cyberpunk",
        ]),
        (.sea, [
            "sea", "ocean", "beach", "lake", "coast", "island", "boat", "ship", "sail", "harbour", "harbor", "waves",
            "water",
        ]),
        (.mountains, [
            "mountain", "mountains", "alps", "peak", "peaks", "hill", "hills", "valley", "snow", "winter", "cliff",
        ]),
        (.desert, ["desert", "dune", "dunes", "sand", "sahara", "mars", "camel"]),
        (.park, [
            "park", "garden", "forest", "tree", "trees", "meadow", "field", "grass", "woods", "flower", "flowers",
            "dress",
        ]),
        (.shapes, ["abstract", "shapes", "pattern", "geometric", "minimal", "logo", "poster", "bauhaus", "art"]),
    ]

    private static let figures: [(Figure, [String])] = [
        (.dress, [
            "dress", "gown", "skirt", "woman", "girl", "lady", "fashion", "model", "princess", "bride", "outfit",
            "dancer",
        ]),
        (.boat, ["boat", "ship", "sail", "sailing", "yacht", "harbour", "harbor"]),
        (.balloon, ["balloon", "balloons", "flight", "flying", "sky"]),
        (.house, ["house", "cabin", "cottage", "home", "barn", "lighthouse"]),
        (.tree, ["tree", "oak", "lonely", "lone"]),
    ]

    private static let colors: [(Color, [String])] = [
        (Color(0xC9252D), ["red", "scarlet", "crimson", "ruby"]),
        (Color(0x2B63C6), ["blue", "azure", "navy", "sapphire"]), (Color(0x2E8B57), ["green", "emerald", "olive"]),
        (Color(0xF0B429), ["yellow", "gold", "golden", "amber"]), (Color(0xE8590C), ["orange", "copper"]),
        (Color(0x7B3FA0), ["purple", "violet", "lilac"]), (Color(0xE26A9B), ["pink", "rose", "magenta"]),
        (Color(0x1C1C22), ["black"]), (Color(0xF4F1EA), ["white", "ivory"]),
        (Color(0x1FA3A3), ["teal", "turquoise", "cyan"]), (Color(0x7A4A2B), ["brown", "bronze"]),
    ]

    /// The row that holds the earliest of the words.
    private static func firstMatch<Value>(_ rows: [(Value, [String])], in keywords: [String]) -> Value? {
        for keyword in keywords {
            if let row = rows.first(where: { $0.1.contains(keyword) }) { return row.0 }
        }
        return nil
    }

    private static func home(of figure: Figure?) -> Place? {
        switch figure {
        case .dress, .tree: .park
        case .boat: .sea
        case .balloon, .house: .mountains
        case nil: nil
        }
    }
}
