import Core
import Foundation

/// What stands in a scene.
extension Canvas {
    mutating func paint(_ figure: Subject.Figure, at stand: Stand, accent: Colour, _ mood: Mood) {
        switch figure {
        case .dress: dress(stand, accent, mood)
        case .tree: tree(stand.x, stand.y, size: stand.size * 1.1, mood)
        case .boat: boat(stand, accent)
        case .balloon: balloon(stand, accent)
        case .house: house(stand, accent, mood)
        }
    }

    /// A woman seen from behind in a long dress that catches the wind.
    private mutating func dress(_ stand: Stand, _ accent: Colour, _ mood: Mood) {
        let size = stand.size
        let skin = Colour(0xE2B48F).mixed(with: mood.land.near, mood == .night ? 0.45 : 0.08)
        let hair = random.pick([Colour(0x3B2417), Colour(0x6B3E22), Colour(0x1E1A1A), Colour(0xA9712F)])
        let lean = random.between(-0.06, 0.06) * size
        func at(_ x: Double, _ y: Double) -> String { Canvas.point(stand.x + x * size, stand.y - y * size) }
        ellipse(stand.x + lean, stand.y, size * 0.36, size * 0.035, fill: "#000", "opacity=\"0.22\"")
        // Arms, then the body over them.
        let arm = "fill=\"none\" stroke=\"\(skin.css)\" stroke-width=\"\(Canvas.text(size * 0.034))\" stroke-linecap=\"round\""
        add("<path d=\"M\(at(-0.075, 0.77))C\(at(-0.15, 0.68)) \(at(-0.16, 0.6)) \(at(-0.2, 0.52))\" \(arm)/>")
        add("<path d=\"M\(at(0.075, 0.77))C\(at(0.15, 0.69)) \(at(0.13, 0.6)) \(at(0.17, 0.53))\" \(arm)/>")
        path("M\(at(-0.028, 0.88))L\(at(0.028, 0.88))L\(at(0.06, 0.76))L\(at(-0.06, 0.76))Z", fill: skin.css)
        let light = accent.mixed(with: .white, 0.22)
        let dark = accent.mixed(with: .black, 0.42)
        skirt(at, size: size, light: light, accent: accent, dark: dark)
        // The bodice, with straps and a sash.
        path("""
            M\(at(-0.085, 0.8))C\(at(-0.06, 0.77)) \(at(-0.03, 0.755)) \(at(0, 0.755))C\(at(0.03, 0.755)) \(at(0.06, 0.77)) \
            \(at(0.085, 0.8))C\(at(0.09, 0.72)) \(at(0.07, 0.66)) \(at(0.062, 0.58))L\(at(-0.062, 0.58))\
            C\(at(-0.07, 0.66)) \(at(-0.09, 0.72)) \(at(-0.085, 0.8))Z
            """, fill: gradient(light, accent, turned: -70))
        path("M\(at(-0.066, 0.605))L\(at(0.066, 0.605))L\(at(0.066, 0.57))L\(at(-0.066, 0.57))Z", fill: dark.css)
        path("M\(at(0.02, 0.58))C\(at(0.09, 0.5)) \(at(0.1, 0.4)) \(at(0.17, 0.33))L\(at(0.11, 0.31))C\(at(0.07, 0.4)) \(at(0.05, 0.5)) \(at(0, 0.575))Z", fill: dark.css)
        // Hair that falls to the shoulders.
        ellipse(stand.x, stand.y - 0.925 * size, size * 0.058, size * 0.068, fill: skin.css)
        path("""
            M\(at(-0.062, 0.93))C\(at(-0.07, 1.02)) \(at(0.07, 1.02)) \(at(0.064, 0.93))C\(at(0.09, 0.86)) \(at(0.1, 0.8)) \
            \(at(0.075, 0.72))C\(at(0.03, 0.75)) \(at(-0.03, 0.7)) \(at(-0.07, 0.74))C\(at(-0.095, 0.82)) \(at(-0.07, 0.88)) \
            \(at(-0.062, 0.93))Z
            """, fill: gradient(hair.mixed(with: .white, 0.22), hair, turned: -30))
    }

    private mutating func skirt(_ at: (Double, Double) -> String, size: Double, light: Colour, accent: Colour, dark: Colour) {
        let sway = random.between(0.05, 0.14)
        path("""
            M\(at(-0.062, 0.59))C\(at(-0.12, 0.45)) \(at(-0.2, 0.2)) \(at(-0.28, 0.03))\
            C\(at(-0.2, -0.02)) \(at(-0.14, 0.05)) \(at(-0.08, 0.01))C\(at(-0.02, -0.03)) \(at(0.05, 0.04)) \(at(0.12, 0))\
            C\(at(0.2, -0.03)) \(at(0.26, 0.05)) \(at(0.3 + sway, 0.06))C\(at(0.24, 0.25)) \(at(0.13, 0.45)) \(at(0.062, 0.59))Z
            """, fill: gradient([(0, accent, 1), (0.5, light, 1), (1, accent.mixed(with: dark, 0.5), 1)], turned: -62))
        for fold in [-0.2, -0.12, -0.03, 0.07, 0.16, 0.25] {
            let low = fold + random.between(-0.02, 0.02)
            path("""
                M\(at(fold * 0.2, 0.57))C\(at(fold * 0.55, 0.4)) \(at(low * 0.9, 0.2)) \(at(low, 0.02))\
                C\(at(low + 0.035, 0.03)) \(at(low + 0.04, 0.03)) \(at(low + 0.05, 0.025))\
                C\(at(low * 0.9 + 0.02, 0.2)) \(at(fold * 0.5 + 0.012, 0.42)) \(at(fold * 0.2, 0.57))Z
                """, fill: dark.css, "opacity=\"0.42\"")
        }
    }

    private mutating func boat(_ stand: Stand, _ accent: Colour) {
        let size = stand.size
        func at(_ x: Double, _ y: Double) -> String { Canvas.point(stand.x + x * size, stand.y - y * size) }
        ellipse(stand.x, stand.y + size * 0.04, size * 0.55, size * 0.05, fill: "#000", "opacity=\"0.2\"")
        path("M\(at(0.02, 0.14))L\(at(0.02, 1.1))C\(at(0.3, 0.8)) \(at(0.44, 0.5)) \(at(0.46, 0.2))Z", fill: gradient(.white, accent.mixed(with: .white, 0.55)))
        path("M\(at(-0.03, 0.18))L\(at(-0.03, 0.95))C\(at(-0.2, 0.7)) \(at(-0.33, 0.45)) \(at(-0.36, 0.2))Z", fill: gradient(accent.mixed(with: .white, 0.2), accent))
        rectangle(stand.x - size * 0.012, stand.y - size * 1.14, size * 0.024, size * 1.1, fill: "#4a3324")
        path("M\(at(-0.48, 0.12))L\(at(0.52, 0.12))C\(at(0.44, -0.02)) \(at(0.36, -0.05)) \(at(0.28, -0.05))L\(at(-0.3, -0.05))C\(at(-0.38, -0.04)) \(at(-0.45, 0.02)) \(at(-0.48, 0.12))Z", fill: gradient(Colour(0x8A5A36), Colour(0x3E2718)))
        path("M\(at(-0.47, 0.1))L\(at(0.51, 0.1))L\(at(0.49, 0.06))L\(at(-0.455, 0.06))Z", fill: Colour.white.css, "opacity=\"0.8\"")
    }

    private mutating func balloon(_ stand: Stand, _ accent: Colour) {
        let size = stand.size * 0.9
        let y = height * random.between(0.3, 0.4)
        for (index, across) in [1.0, 0.72, 0.4, 0.12].enumerated() {
            let colour = index.isMultiple(of: 2) ? accent : Colour(0xFFF1D0)
            path("""
                M\(Canvas.point(stand.x, y - size * 0.45))C\(Canvas.point(stand.x + size * 0.5 * across, y - size * 0.45)) \
                \(Canvas.point(stand.x + size * 0.5 * across, y + size * 0.05)) \(Canvas.point(stand.x + size * 0.09 * across, y + size * 0.36))\
                L\(Canvas.point(stand.x - size * 0.09 * across, y + size * 0.36))C\(Canvas.point(stand.x - size * 0.5 * across, y + size * 0.05)) \
                \(Canvas.point(stand.x - size * 0.5 * across, y - size * 0.45)) \(Canvas.point(stand.x, y - size * 0.45))Z
                """, fill: gradient(colour.mixed(with: .white, 0.25), colour.mixed(with: .black, 0.2), turned: -50))
        }
        for side in [-0.07, 0.07] {
            rectangle(stand.x + side * size - 1, y + size * 0.36, 2, size * 0.13, fill: "#3a2c22")
        }
        rectangle(stand.x - size * 0.085, y + size * 0.48, size * 0.17, size * 0.11, fill: gradient(Colour(0xA8743F), Colour(0x5E3B1E)), "rx=\"6\"")
    }

    private mutating func house(_ stand: Stand, _ accent: Colour, _ mood: Mood) {
        let size = stand.size * 0.8
        func at(_ x: Double, _ y: Double) -> String { Canvas.point(stand.x + x * size, stand.y - y * size) }
        let wall = Colour(0xF2E6D0).mixed(with: mood.land.near, mood == .night ? 0.55 : 0.1)
        ellipse(stand.x, stand.y, size * 0.55, size * 0.05, fill: "#000", "opacity=\"0.2\"")
        path("M\(at(-0.4, 0))L\(at(-0.4, 0.4))L\(at(0.4, 0.4))L\(at(0.4, 0))Z", fill: gradient(wall, wall.mixed(with: .black, 0.22), turned: -60))
        rectangle(stand.x + size * 0.18, stand.y - size * 0.78, size * 0.09, size * 0.26, fill: wall.mixed(with: .black, 0.35).css)
        path("M\(at(-0.48, 0.38))L\(at(0, 0.74))L\(at(0.48, 0.38))Z", fill: gradient(accent, accent.mixed(with: .black, 0.4)))
        rectangle(stand.x - size * 0.06, stand.y - size * 0.22, size * 0.12, size * 0.22, fill: accent.mixed(with: .black, 0.5).css)
        for x in [-0.28, 0.17] { rectangle(stand.x + x * size, stand.y - size * 0.29, size * 0.12, size * 0.12, fill: "#ffe2a0") }
    }
}
