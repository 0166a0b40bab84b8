import Core
import Foundation

/// What stands in a scene. A figure is drawn in units of its own, a thousand to its height, from its feet upwards.
extension Canvas {
    mutating func paint(_ figure: Subject.Figure, at stand: Stand, accent: Color, _ mood: Mood) {
        if figure == .tree { return tree(stand.x, stand.y, size: stand.size * 1.1, mood) }
        let isBalloon = figure == .balloon
        let y = isBalloon ? height * random.between(0.3, 0.4) : stand.y
        add("<g transform=\"translate(\(Canvas.point(stand.x, y))) scale(\(stand.size / 1000))\">")
        switch figure {
        case .dress: dress(accent, mood)
        case .boat: boat(accent)
        case .balloon: balloon(accent)
        case .house: house(accent, mood)
        case .tree: break
        }
        add("</g>")
    }

    /// A woman seen from behind in a long dress that catches the wind.
    private mutating func dress(_ accent: Color, _ mood: Mood) {
        let skin = Color(0xE2B48F).mixed(with: mood.land.near, mood == .night ? 0.45 : 0.08)
        ellipse(random.between(-40, 40), 0, 360, 35, fill: "#000", "opacity=\"0.22\"")
        let arm = "stroke=\"\(skin.css)\" stroke-width=\"34\" stroke-linecap=\"round\""
        path("M-75 -770C-150 -680 -160 -600 -200 -520", fill: "none", arm)
        path("M75 -770C150 -690 130 -600 170 -530", fill: "none", arm)
        path("M-28 -880L28 -880L60 -760L-60 -760Z", fill: skin.css)
        skirt(accent)
        bodice(accent)
        ellipse(0, -925, 58, 68, fill: skin.css)
        hair()
    }

    private mutating func skirt(_ accent: Color) {
        let dark = accent.mixed(with: .black, 0.42)
        let fill = gradient(
            [(0, accent, 1), (0.5, accent.mixed(with: .white, 0.22), 1), (1, accent.mixed(with: dark, 0.5), 1)],
            turned: -62)
        let sway = 300 + random.whole(50...140)
        path("""
            M-62 -590C-120 -450 -200 -200 -280 -30C-200 20 -140 -50 -80 -10C-20 30 50 -40 120 0C200 30 260 -50 \(sway) \
            -60\
            C240 -250 130 -450 62 -590Z
            """, fill: fill)
        for place in [-200.0, -120, -30, 70, 160, 250] {
            let low = place + random.between(-20, 20)
            path("""
                M\(Canvas.point(place * 0.2, -570))C\(Canvas.point(place * 0.55, -400)) \
                \(Canvas.point(low * 0.9, -200)) \
                \(Canvas.point(low, -20))C\(Canvas.point(low + 35, -30)) \(Canvas.point(low + 40, -30)) \
                \(Canvas.point(low + 50, -25))\
                C\(Canvas.point(low * 0.9 + 20, -200)) \(Canvas.point(place * 0.5 + 12, -420)) \
                \(Canvas.point(place * 0.2, -570))Z
                """, fill: dark.css, "opacity=\"0.42\"")
        }
    }

    /// With its sash.
    private mutating func bodice(_ accent: Color) {
        let dark = accent.mixed(with: .black, 0.42).css
        path("""
            M-85 -800C-60 -770 -30 -755 0 -755C30 -755 60 -770 85 -800C90 -720 70 -660 62 -580L-62 -580\
            C-70 -660 -90 -720 -85 -800Z
            """, fill: gradient(accent.mixed(with: .white, 0.22), accent, turned: -70))
        path("M-66 -605L66 -605L66 -570L-66 -570Z", fill: dark)
        path("M20 -580C90 -500 100 -400 170 -330L110 -310C70 -400 50 -500 0 -575Z", fill: dark)
    }

    private mutating func hair() {
        let color = random.pick([Color(0x3B2417), Color(0x6B3E22), Color(0x1E1A1A), Color(0xA9712F)])
        path("""
            M-62 -930C-70 -1020 70 -1020 64 -930C90 -860 100 -800 75 -720C30 -750 -30 -700 -70 -740C-95 -820 -70 -880 \
            -62 -930Z
            """, fill: gradient(color.mixed(with: .white, 0.22), color, turned: -30))
    }

    private mutating func boat(_ accent: Color) {
        ellipse(0, 40, 550, 50, fill: "#000", "opacity=\"0.2\"")
        path("M20 -140L20 -1100C300 -800 440 -500 460 -200Z", fill: gradient(.white, accent.mixed(with: .white, 0.55)))
        path(
            "M-30 -180L-30 -950C-200 -700 -330 -450 -360 -200Z",
            fill: gradient(accent.mixed(with: .white, 0.2), accent))
        rectangle(-12, -1140, 24, 1100, fill: "#4a3324")
        path(
            "M-480 -120L520 -120C440 20 360 50 280 50L-300 50C-380 40 -450 -20 -480 -120Z",
            fill: gradient(Color(0x8A5A36), Color(0x3E2718)))
        path("M-470 -100L510 -100L490 -60L-455 -60Z", fill: "#fff", "opacity=\"0.8\"")
    }

    private mutating func balloon(_ accent: Color) {
        for (index, across) in [1.0, 0.72, 0.4, 0.12].enumerated() {
            let color = index.isMultiple(of: 2) ? accent : Color(0xFFF1D0)
            let (wide, narrow) = (450 * across, 81 * across)
            path("""
                M0 -405C\(Canvas.point(wide, -405)) \(Canvas.point(wide, 45)) \(Canvas.point(narrow, 324))\
                L\(Canvas.point(-narrow, 324))C\(Canvas.point(-wide, 45)) \(Canvas.point(-wide, -405)) 0 -405Z
                """, fill: gradient(color.mixed(with: .white, 0.25), color.mixed(with: .black, 0.2), turned: -50))
        }
        for rope in [-63.0, 61] { rectangle(rope, 324, 4, 117, fill: "#3a2c22") }
        rectangle(-76, 432, 152, 99, fill: gradient(Color(0xA8743F), Color(0x5E3B1E)), "rx=\"14\"")
    }

    private mutating func house(_ accent: Color, _ mood: Mood) {
        let wall = Color(0xF2E6D0).mixed(with: mood.land.near, mood == .night ? 0.55 : 0.1)
        ellipse(0, 0, 440, 40, fill: "#000", "opacity=\"0.2\"")
        rectangle(144, -624, 72, 208, fill: wall.mixed(with: .black, 0.35).css)
        rectangle(-320, -320, 640, 320, fill: gradient(wall, wall.mixed(with: .black, 0.22), turned: -60))
        path("M-384 -304L0 -592L384 -304Z", fill: gradient(accent, accent.mixed(with: .black, 0.4)))
        rectangle(-48, -176, 96, 176, fill: accent.mixed(with: .black, 0.5).css)
        for window in [-224.0, 136] { rectangle(window, -232, 96, 96, fill: "#ffe2a0") }
    }
}
