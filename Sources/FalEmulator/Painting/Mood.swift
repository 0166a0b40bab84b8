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
    var sky: [Color] {
        switch self {
        case .day: [Color(0x3E8FD8), Color(0x8CC6EE), Color(0xE9F5F4)]
        case .dawn: [Color(0x7A8FCB), Color(0xF2B8C0), Color(0xFFE9C9)]
        case .sunset: [Color(0x3A2A5E), Color(0xD9586B), Color(0xFFC46B)]
        case .night: [Color(0x060A1F), Color(0x14224F), Color(0x37427F)]
        case .mist: [Color(0x7F93A0), Color(0xA9B9C0), Color(0xDDE3E0)]
        case .winter: [Color(0x86B1D6), Color(0xC3DDEC), Color(0xF6FAFB)]
        }
    }

    var sun: Color {
        switch self {
        case .day: Color(0xFFF6CF)
        case .dawn: Color(0xFFF1D6)
        case .sunset: Color(0xFFE3A1)
        case .night: Color(0xF4F1DE)
        case .mist: Color(0xF4F3E6)
        case .winter: Color(0xFFFDF2)
        }
    }

    /// Land far away and land close by.
    var land: (far: Color, near: Color) {
        switch self {
        case .day: (Color(0x9CC3C9), Color(0x2F6B3C))
        case .dawn: (Color(0xC9A5BC), Color(0x4D4A6D))
        case .sunset: (Color(0xB4546E), Color(0x241B3D))
        case .night: (Color(0x2B386F), Color(0x070C1E))
        case .mist: (Color(0xB4C1C3), Color(0x36474B))
        case .winter: (Color(0xC7DCE9), Color(0x48657F))
        }
    }

    /// Grass, lit.
    var grass: (far: Color, near: Color) {
        switch self {
        case .day: (Color(0xA9CF7C), Color(0x3F8A3D))
        case .dawn: (Color(0xC3C690), Color(0x5F8063))
        case .sunset: (Color(0xC98B52), Color(0x473B3A))
        case .night: (Color(0x2C4A62), Color(0x0B1A2B))
        case .mist: (Color(0xA3B39C), Color(0x4E6656))
        case .winter: (Color(0xF7FBFD), Color(0xB9D2E2))
        }
    }

    var water: (far: Color, near: Color) {
        switch self {
        case .day: (Color(0x8FD0DC), Color(0x14688F))
        case .dawn: (Color(0xEBC3C4), Color(0x5B76A8))
        case .sunset: (Color(0xF09A63), Color(0x3B2A5C))
        case .night: (Color(0x2F3F80), Color(0x080E26))
        case .mist: (Color(0xC0CCCD), Color(0x5F7680))
        case .winter: (Color(0xD8EAF2), Color(0x6D9BB8))
        }
    }

    /// Leaves of a tree, in light and in shade.
    var foliage: [Color] {
        switch self {
        case .day: [Color(0x2F7A3E), Color(0x4C9A45), Color(0x79B84E), Color(0x256B4A)]
        case .dawn: [Color(0x5D7F72), Color(0xD98CA3), Color(0xEDB4BE), Color(0x7C9A7C)]
        case .sunset: [Color(0x8C3B32), Color(0xC4622F), Color(0xE09A3C), Color(0x5B2B3A)]
        case .night: [Color(0x0E2236), Color(0x15324A), Color(0x1D4257), Color(0x0A1A2C)]
        case .mist: [Color(0x55706A), Color(0x6C8880), Color(0x8AA298), Color(0x48605F)]
        case .winter: [Color(0x8FB0C4), Color(0xB9D2E0), Color(0xE5F0F6), Color(0x6F93AB)]
        }
    }
}
