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
    func palette(accent: Colour) -> [Colour] {
        switch self {
        case .painting: [Colour(0x0B1B3F), Colour(0x1E4E8C), Colour(0x4FA3A5), Colour(0xF2C14E), Colour(0xFFF3C4)]
        case .sketch: [Colour(0x2A2A2E), Colour(0x8D8A83), Colour(0xF4EFE4), Colour(0xFBF8F0)]
        case .poster: [Colour(0x1D1A33), accent.mixed(with: .black, 0.25), accent, Colour(0xF7C948), Colour(0xFFF6E0)]
        case .noir: [Colour(0x08080A), Colour(0x2B2A2C), Colour(0x8E8B88), Colour(0xF3F0EA)]
        case .neon: [Colour(0x0A0320), Colour(0x3B0A68), Colour(0xE0218A), Colour(0x22D3EE), Colour(0xE8FFFF)]
        case .watercolor: [Colour(0x3D5A73), accent.mixed(with: .white, 0.25), Colour(0xF3DFC6), Colour(0xFFFDF7)]
        }
    }
}

extension [Colour] {
    /// The color at a share of the way from first to last.
    func color(at share: Double) -> Colour {
        let place = Swift.min(Swift.max(share, 0), 1) * Double(count - 1)
        let index = Swift.min(Int(place), count - 2)
        return self[index].mixed(with: self[index + 1], place - Double(index))
    }
}
