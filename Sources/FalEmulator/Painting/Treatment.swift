import Core

/// A way to change a picture's looks, from the words of a style prompt.
enum Treatment: CaseIterable {
    case painting, sketch, poster, noir, neon, watercolor

    init(prompt: String, seed: Int64) {
        let keywords = prompt.lowercased().split { !$0.isLetter }.map(String.init)
        let rows: [(Treatment, [String])] = [
            (.sketch, ["sketch", "pencil", "drawing", "line", "charcoal", "ink"]),
            (.poster, ["pop", "comic", "warhol", "poster", "cartoon", "anime", "screen", "print", "vector"]),
            (.noir, ["noir", "monochrome", "black", "grayscale", "greyscale", "film", "vintage", "sepia"]),
            (.neon, ["neon", "cyberpunk", "synthwave", "vaporwave", "retro", "futuristic", "glow"]),
            (.watercolor, ["watercolour", "watercolor", "aquarelle", "pastel", "soft", "dreamy", "ghibli"]),
            (.painting, [
                "gogh", "starry", "oil", "painting", "impressionist", "impressionism", "monet", "painterly", "canvas",
            ]),
        ]
        if let row = rows.first(where: { row in keywords.contains { row.1.contains($0) } }) {
            self = row.0
        } else {
            var random = PaintRandom(text: prompt, seed: seed)
            self = random.pick(Treatment.allCases)
        }
    }

    /// From dark to light: what this treatment's colors are drawn to.
    func palette(accent: Color) -> [Color] {
        switch self {
        case .painting: [Color(0x0B1B3F), Color(0x1E4E8C), Color(0x4FA3A5), Color(0xF2C14E), Color(0xFFF3C4)]
        case .sketch: [Color(0x2A2A2E), Color(0x8D8A83), Color(0xF4EFE4), Color(0xFBF8F0)]
        case .poster: [Color(0x1D1A33), accent.mixed(with: .black, 0.25), accent, Color(0xF7C948), Color(0xFFF6E0)]
        case .noir: [Color(0x08080A), Color(0x2B2A2C), Color(0x8E8B88), Color(0xF3F0EA)]
        case .neon: [Color(0x0A0320), Color(0x3B0A68), Color(0xE0218A), Color(0x22D3EE), Color(0xE8FFFF)]
        case .watercolor: [Color(0x3D5A73), accent.mixed(with: .white, 0.25), Color(0xF3DFC6), Color(0xFFFDF7)]
        }
    }
}

extension [Color] {
    /// The color at a share of the way from first to last.
    func color(at share: Double) -> Color {
        let place = Swift.min(Swift.max(share, 0), 1) * Double(count - 1)
        let index = Swift.min(Int(place), count - 2)
        return self[index].mixed(with: self[index + 1], place - Double(index))
    }
}
