import Core
import Foundation

/// The scenes. Each paints its ground and returns where a figure would stand.
extension Canvas {
    struct Stand {
        var x: Double
        var y: Double
        /// How tall a person is there.
        var size: Double
    }

    mutating func paint(_ subject: Subject) -> Stand {
        let (mood, accent) = (subject.mood, subject.accent)
        return switch subject.place {
        case .park: park(mood, accent: accent)
        case .mountains: mountains(mood)
        case .sea: sea(mood, withBeach: subject.figure == .dress || subject.figure == .house)
        case .city: city(mood, accent: accent)
        case .space: space(accent: accent)
        case .desert: desert(mood)
        case .shapes: abstractShapes(accent: accent)
        }
    }

    private mutating func park(_ mood: Mood, accent: Color) -> Stand {
        let horizon = height * random.between(0.5, 0.58)
        sky(mood, horizon: horizon)
        let (far, near) = mood.land
        ridge(at: horizon - 20, rise: 90, roughness: 0.1, fill: gradient(far, far.mixed(with: mood.sky[2], 0.5)))
        let woods = far.mixed(with: near, 0.45)
        for x in stride(from: -40.0, to: width + 40, by: 34) {
            let size = random.between(42, 84)
            ellipse(x, horizon - size * 0.2, size * 0.8, size, fill: woods.mixed(with: far, random.between(0, 0.4)).css)
        }
        let (light, deep) = mood.grass
        let lawn = gradient([(0, light, 1), (0.5, light.mixed(with: deep, 0.55), 1), (1, deep, 1)])
        rectangle(0, horizon, width, height - horizon, fill: lawn)
        let center = width * random.between(0.42, 0.58)
        walk(from: center + random.between(-120, 120), horizon, to: center, mood)
        let spots = [0.05, 0.2, 0.82, 0.96].map { ($0 + random.between(-0.05, 0.05), random.between(0.04, 0.24)) }
        for (share, depth) in spots.sorted(by: { $0.1 < $1.1 }) {
            tree(share * width, horizon + depth * (height - horizon), size: 230 + 900 * depth, mood)
        }
        flowers(below: horizon + (height - horizon) * 0.42, accent: accent, mood)
        grassBlades(deep, tallest: 70)
        return Stand(x: center, y: height * 0.9, size: height * 0.55)
    }

    private mutating func walk(from x: Double, _ y: Double, to end: Double, _ mood: Mood) {
        let sand = Color(0xE8D6B0).mixed(with: mood.land.near, mood == .night ? 0.7 : 0.18)
        let drop = height - y
        path("""
            M\(Canvas.point(x - 6, y))C\(Canvas.point(x - 60, y + drop * 0.3)) \
            \(Canvas.point(end - 60, y + drop * 0.4)) \
            \(Canvas.point(end - 300, height))L\(Canvas.point(end + 300, height))\
            C\(Canvas.point(end + 120, y + drop * 0.45)) \
            \(Canvas.point(x + 30, y + drop * 0.3)) \(Canvas.point(x + 8, y))Z
            """, fill: gradient([(0, sand, 0.6), (1, sand, 0.95)]))
    }

    private mutating func flowers(below top: Double, accent: Color, _ mood: Mood) {
        let kinds = [accent.mixed(with: .white, 0.2), Color(0xFFF3D6), Color(0xF6C04D)]
        for _ in 0..<Int(width / 9) {
            let depth = random.unit()
            let x = random.between(0, width)
            let y = top + depth * (height - top)
            let color = random.pick(kinds).mixed(with: mood.land.near, mood == .night ? 0.5 : 0.05)
            let size = 2 + 6 * depth
            ellipse(x, y, size, size * 0.8, fill: color.css)
        }
    }

    private mutating func mountains(_ mood: Mood) -> Stand {
        let horizon = height * 0.62
        sky(mood, horizon: height * 0.8)
        let (far, near) = mood.land
        for layer in 0..<3 {
            let depth = Double(layer) / 5
            let color = far.mixed(with: near, depth)
            let tops = layer == 0 ? mood.sun.mixed(with: color, 0.35) : color.mixed(with: mood.sky[2], 0.25)
            ridge(
                at: horizon - 190 + Double(layer) * 95, rise: 330 - Double(layer) * 70, roughness: 0.75,
                fill: gradient([(0, tops, 1), (0.35, color, 1), (1, color.mixed(with: mood.sky[2], 0.55), 1)]))
        }
        for layer in 0..<3 {
            let color = far.mixed(with: near, 0.5 + Double(layer) * 0.22)
            let line = ridge(at: horizon + 40 + Double(layer) * 105, rise: 110, roughness: 0.25, fill: color.css)
            let size = 46.0 + Double(layer) * 44
            for x in stride(from: 0, to: width, by: size * 0.42) where random.chance(0.72) {
                let spot = x + random.between(-12, 12)
                fir(
                    spot, line(spot) + 8, size: size * random.between(0.7, 1.25),
                    color.mixed(with: .black, random.between(0, 0.16)))
            }
        }
        return Stand(x: width * random.between(0.3, 0.7), y: height * 0.9, size: height * 0.36)
    }

    private mutating func sea(_ mood: Mood, withBeach: Bool) -> Stand {
        let horizon = height * random.between(0.48, 0.58)
        sky(mood, horizon: horizon)
        let (far, near) = mood.land
        ridge(
            at: horizon - 6, rise: 60, roughness: 0.4, fill: gradient(far, far.mixed(with: mood.sky[2], 0.4)),
            "opacity=\"0.8\"")
        let water = mood.water
        rectangle(0, horizon, width, height - horizon, fill: gradient(water.far, water.near))
        for _ in 0..<Int(width / 5) {
            let depth = pow(random.unit(), 1.6)
            let long = 12 + 130 * depth
            ellipse(
                random.between(0, width), horizon + 4 + depth * (height - horizon), long, 1 + 3.6 * depth,
                fill: random.chance(0.6) ? mood.sun.css : water.near.mixed(with: .black, 0.2).css,
                "opacity=\"\(Canvas.text(random.between(0.06, 0.34)))\"")
        }
        let x = width * random.between(0.35, 0.65)
        if random.chance(0.5) || withBeach {
            let sand = Color(0xEBD7AE).mixed(with: near, mood == .night ? 0.6 : 0.12)
            let shore = height * (withBeach ? 0.84 : 0.93)
            ridge(
                at: shore, rise: 50, roughness: 0,
                fill: gradient([(0, .white, 1), (0.12, sand, 1), (1, sand.mixed(with: near, 0.2), 1)]))
        }
        return withBeach
            ? Stand(x: x, y: height * 0.92, size: height * 0.5)
            : Stand(x: x, y: horizon + (height - horizon) * 0.4, size: height * 0.3)
    }

    private mutating func city(_ mood: Mood, accent: Color) -> Stand {
        sky(mood, horizon: height * 0.85)
        let (far, near) = mood.land
        for layer in 0..<3 {
            let color = far.mixed(with: near, 0.15 + 0.38 * Double(layer))
            var x = -random.between(0, 60)
            while x < width {
                let across = random.between(54, 120) * (0.8 + 0.25 * Double(layer))
                let tall = height * random.between(0.2, 0.52) * (1 - 0.16 * Double(layer))
                let top = height * 0.86 - tall + Double(layer) * 30
                rectangle(x, top, across - 5, height - top, fill: gradient(color, color.mixed(with: mood.sky[2], 0.28)))
                if random.chance(0.25) { rectangle(x + across * 0.45, top - 60, 4, 60, fill: color.css) }
                windows(x, top, across, mood, accent: accent, lit: 0.16 + 0.16 * Double(layer))
                x += across
            }
        }
        let street = near.mixed(with: .black, 0.35)
        rectangle(0, height * 0.9, width, height * 0.1, fill: gradient(street.mixed(with: accent, 0.3), street))
        return Stand(x: width * random.between(0.4, 0.6), y: height * 0.95, size: height * 0.4)
    }

    private mutating func windows(
        _ x: Double, _ top: Double, _ across: Double, _ mood: Mood, accent: Color, lit: Double
    ) {
        let warm = mood == .day || mood == .winter ? mood.sky[2] : Color(0xFFD98A)
        for row in stride(from: top + 16, to: height * 0.88, by: 22) {
            for column in stride(from: x + 10, to: x + across - 18, by: 17) where random.chance(lit) {
                let color = random.chance(0.12) ? accent.mixed(with: .white, 0.3) : warm
                rectangle(column, row, 8, 11, fill: color.css, "opacity=\"\(Canvas.text(random.between(0.35, 0.95)))\"")
            }
        }
    }

    private mutating func space(accent: Color) -> Stand {
        rectangle(0, 0, width, height, fill: gradient(Color(0x05060F), Color(0x181233), turned: 25))
        let clouds = [accent, Color(0x3D5AFE), Color(0x9C27B0), Color(0x00ACC1)]
        for _ in 0..<14 {
            let color = random.pick(clouds)
            let size = random.between(160, 420)
            let along = random.unit()
            ellipse(
                along * width, height * (0.8 - 0.6 * along) + random.between(-140, 140), size,
                size * random.between(0.35, 0.8),
                fill: glow([(0, color, 0.34), (1, color, 0)]))
        }
        stars(below: height)
        stars(below: height)
        let x = width * random.between(0.3, 0.7)
        let y = height * random.between(0.38, 0.55)
        let size = random.between(150, 230)
        ellipse(x, y, size * 1.5, size * 1.5, fill: glow([(0.5, accent, 0.4), (1, accent, 0)]))
        ellipse(
            x, y, size, size,
            fill: gradient(accent.mixed(with: .white, 0.45), accent.mixed(with: .black, 0.75), turned: -40))
        let light = accent.mixed(with: .white, 0.6).css
        let ring = "fill=\"none\" stroke=\"\(light)\" stroke-opacity=\"0.7\" stroke-width=\"9\""
        let reach = Canvas.text(size * 1.7)
        add("""
            <g transform="translate(\(Canvas.point(x, y))) rotate(-18)"><path d="M-\(reach) 0A\(reach) \
            \(Canvas.text(size * 0.36)) 0 0 0 \
            \(reach) 0" \(ring)/></g>
            """)
        return Stand(x: x, y: height * 0.94, size: height * 0.3)
    }

    private mutating func desert(_ mood: Mood) -> Stand {
        sky(mood, horizon: height * 0.6)
        let sand = Color(0xF1C27D).mixed(with: mood.land.far, mood == .day ? 0.1 : 0.45)
        let dark = Color(0x8C4A2F).mixed(with: mood.land.near, mood == .day ? 0.1 : 0.55)
        for layer in 0..<5 {
            let depth = Double(layer) / 4
            let light = sand.mixed(with: dark, depth * 0.45)
            ridge(
                at: height * (0.56 + 0.1 * Double(layer)), rise: 70 + 60 * depth, roughness: 0.05,
                fill: gradient(
                    [(0, light, 1), (0.5, light.mixed(with: dark, 0.35), 1), (1, dark, 1)],
                    turned: random.between(-24, 24)))
        }
        return Stand(x: width * random.between(0.35, 0.65), y: height * 0.88, size: height * 0.38)
    }

    private mutating func abstractShapes(accent: Color) -> Stand {
        let grounds: [UInt32] = [0xF3EBDD, 0xE9EEF1, 0x1F2430, 0xF6E3D0]
        let ground = Color(random.pick(grounds))
        let inks = [accent, Color(0x264653), Color(0xE9C46A), Color(0xE76F51), Color(0x2A9D8F), Color(0xF4F1EA)]
        rectangle(0, 0, width, height, fill: gradient(ground, ground.mixed(with: accent, 0.14), turned: 20))
        for _ in 0..<random.whole(9...15) {
            let x = random.between(0, width)
            let y = random.between(0, height)
            let size = random.between(60, 330)
            let one = random.pick(inks)
            let fill = gradient(
                [(0, one.mixed(with: .white, 0.15), 0.95), (1, one, 0.72)], turned: random.between(0, 180))
            let angle = random.pick([0, 45, 90, random.between(0, 180)])
            let turn = "transform=\"rotate(\(Canvas.text(angle)) \(Canvas.point(x, y)))\""
            switch random.whole(0...4) {
            case 0: ellipse(x, y, size, size, fill: fill)
            case 1:
                path(
                    "M\(Canvas.point(x - size, y))A\(Canvas.point(size, size)) 0 0 1 \(Canvas.point(x + size, y))Z",
                    fill: fill, turn)
            case 2: rectangle(x - size, y - 14, 2 * size, 28, fill: fill, turn)
            case 3:
                ellipse(
                    x, y, size, size, fill: "none",
                    "stroke=\"\(one.css)\" stroke-width=\"\(Canvas.text(random.between(6, 40)))\"")
            default: rectangle(x - size / 2, y - size / 2, size, size, fill: fill, turn)
            }
        }
        return Stand(x: width * 0.5, y: height * 0.92, size: height * 0.6)
    }
}
