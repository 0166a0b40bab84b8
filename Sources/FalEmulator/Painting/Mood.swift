import Core

/// The light of a scene, from the prompt's words: the colors that everything has in it.
enum Mood: CaseIterable {
    case day, dawn, sunset, night, mist, winter

    static let keywords: [(Mood, [String])] = [
        (.night, [
            "night", "midnight", "moon", "moonlit", "stars", "starry", "neon", "dark", "noir", "cyberpunk", "aurora",
        ]),
        (.sunset, ["sunset", "dusk", "evening", "golden", "autumn", "fall", "fire", "warm", "desert"]),
        (.dawn, ["dawn", "sunrise", "morning", "spring", "pastel", "dream", "dreamy", "blossom"]),
        (.winter, ["winter", "snow", "snowy", "ice", "frozen", "arctic", "christmas"]),
        (.mist, ["mist", "misty", "fog", "foggy", "rain", "rainy", "storm", "stormy", "moody", "cloudy"]),
        (.day, ["day", "sunny", "summer", "noon", "bright", "park", "beach", "meadow", "blue"]),
    ]

    /// Top, middle and bottom of the sky.
    var sky: [Colour] {
        switch self {
        case .day: [Colour(0x3E8FD8), Colour(0x8CC6EE), Colour(0xE9F5F4)]
        case .dawn: [Colour(0x7A8FCB), Colour(0xF2B8C0), Colour(0xFFE9C9)]
        case .sunset: [Colour(0x3A2A5E), Colour(0xD9586B), Colour(0xFFC46B)]
        case .night: [Colour(0x060A1F), Colour(0x14224F), Colour(0x37427F)]
        case .mist: [Colour(0x7F93A0), Colour(0xA9B9C0), Colour(0xDDE3E0)]
        case .winter: [Colour(0x86B1D6), Colour(0xC3DDEC), Colour(0xF6FAFB)]
        }
    }

    var sun: Colour {
        switch self {
        case .day: Colour(0xFFF6CF)
        case .dawn: Colour(0xFFF1D6)
        case .sunset: Colour(0xFFE3A1)
        case .night: Colour(0xF4F1DE)
        case .mist: Colour(0xF4F3E6)
        case .winter: Colour(0xFFFDF2)
        }
    }

    /// Land far away and land close by.
    var land: (far: Colour, near: Colour) {
        switch self {
        case .day: (Colour(0x9CC3C9), Colour(0x2F6B3C))
        case .dawn: (Colour(0xC9A5BC), Colour(0x4D4A6D))
        case .sunset: (Colour(0xB4546E), Colour(0x241B3D))
        case .night: (Colour(0x2B386F), Colour(0x070C1E))
        case .mist: (Colour(0xB4C1C3), Colour(0x36474B))
        case .winter: (Colour(0xC7DCE9), Colour(0x48657F))
        }
    }

    /// Grass, lit.
    var grass: (far: Colour, near: Colour) {
        switch self {
        case .day: (Colour(0xA9CF7C), Colour(0x3F8A3D))
        case .dawn: (Colour(0xC3C690), Colour(0x5F8063))
        case .sunset: (Colour(0xC98B52), Colour(0x473B3A))
        case .night: (Colour(0x2C4A62), Colour(0x0B1A2B))
        case .mist: (Colour(0xA3B39C), Colour(0x4E6656))
        case .winter: (Colour(0xF7FBFD), Colour(0xB9D2E2))
        }
    }

    var water: (far: Colour, near: Colour) {
        switch self {
        case .day: (Colour(0x8FD0DC), Colour(0x14688F))
        case .dawn: (Colour(0xEBC3C4), Colour(0x5B76A8))
        case .sunset: (Colour(0xF09A63), Colour(0x3B2A5C))
        case .night: (Colour(0x2F3F80), Colour(0x080E26))
        case .mist: (Colour(0xC0CCCD), Colour(0x5F7680))
        case .winter: (Colour(0xD8EAF2), Colour(0x6D9BB8))
        }
    }

    /// Leaves of a tree, in light and in shade.
    var foliage: [Colour] {
        switch self {
        case .day: [Colour(0x2F7A3E), Colour(0x4C9A45), Colour(0x79B84E), Colour(0x256B4A)]
        case .dawn: [Colour(0x5D7F72), Colour(0xD98CA3), Colour(0xEDB4BE), Colour(0x7C9A7C)]
        case .sunset: [Colour(0x8C3B32), Colour(0xC4622F), Colour(0xE09A3C), Colour(0x5B2B3A)]
        case .night: [Colour(0x0E2236), Colour(0x15324A), Colour(0x1D4257), Colour(0x0A1A2C)]
        case .mist: [Colour(0x55706A), Colour(0x6C8880), Colour(0x8AA298), Colour(0x48605F)]
        case .winter: [Colour(0x8FB0C4), Colour(0xB9D2E0), Colour(0xE5F0F6), Colour(0x6F93AB)]
        }
    }
}
