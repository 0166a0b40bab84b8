import Core
import Foundation

/// What several scenes share: sky, sun, clouds, ridges, trees.
extension Canvas {
    mutating func sky(_ mood: Mood, horizon: Double) {
        let colors = mood.sky
        let fill = gradient([(0, colors[0], 1), (0.55, colors[1], 1), (1, colors[2], 1)])
        rectangle(0, 0, width, horizon + 2, fill: fill)
        if mood == .night { stars(below: horizon) }
        sun(mood, horizon: horizon)
        if mood != .night { clouds(mood, horizon: horizon) }
    }

    mutating func stars(below horizon: Double) {
        for _ in 0..<Int(width / 6) {
            let size = random.between(0.6, 2.4)
            ellipse(
                random.between(0, width), random.between(0, horizon), size, size, fill: "#fff",
                "opacity=\"\(Canvas.text(random.between(0.25, 1)))\"")
        }
    }

    private mutating func sun(_ mood: Mood, horizon: Double) {
        let x = width * random.pick([random.between(0.16, 0.36), random.between(0.64, 0.84)])
        let low = mood == .sunset || mood == .dawn
        let y = horizon * (low ? random.between(0.68, 0.86) : random.between(0.24, 0.42))
        let size = random.between(46, 82)
        let halo = glow([(0, mood.sun, 0.85), (0.25, mood.sun, 0.35), (1, mood.sun, 0)])
        ellipse(x, y, size * 6, size * 6, fill: halo)
        ellipse(x, y, size, size, fill: mood.sun.css, mood == .mist ? "opacity=\"0.55\"" : "")
        if mood == .night {
            let shade = mood.sky[1].css
            ellipse(x + size * 0.3, y - size * 0.1, size * 0.16, size * 0.16, fill: shade, "opacity=\"0.18\"")
            ellipse(x - size * 0.3, y + size * 0.3, size * 0.24, size * 0.24, fill: shade, "opacity=\"0.14\"")
        }
    }

    private mutating func clouds(_ mood: Mood, horizon: Double) {
        let tint = mood == .sunset ? Color(0xFFD9B0) : Color.white
        for _ in 0..<random.whole(3...5) {
            let x = random.between(-0.05, 1.05) * width
            let y = random.between(0.1, 0.6) * horizon
            let size = random.between(60, 150)
            let fill = gradient([(0, tint, 0.75), (1, tint, 0.06)])
            for _ in 0..<6 {
                let across = random.between(0.4, 1) * size
                ellipse(
                    x + random.between(-1.2, 1.2) * size, y + random.between(-0.16, 0.1) * size, across, across * 0.3,
                    fill: fill)
            }
        }
    }

    /// A line of hills across the width; `roughness` 0 is rolling, 1 is rock. Returns the height at any x.
    @discardableResult
    mutating func ridge(
        at base: Double, rise: Double, roughness: Double, fill: String, _ more: String = ""
    ) -> (Double) -> Double {
        let phases = (0..<6).map { _ in (random.between(0, 2 * .pi), random.between(0.7, 1.3)) }
        let scale = random.between(0.8, 1.25)
        let height: (Double) -> Double = { x in
            var sum = 0.0
            for (index, phase) in phases.enumerated() {
                let octave = Double(index)
                let strength = pow(0.32 + 0.26 * roughness, octave)
                let wave = sin(x / 1000 * scale * 3.1 * pow(2.05, octave) * phase.1 + phase.0)
                sum += strength * (wave * (1 - roughness) + (1 - 2 * abs(wave)) * roughness)
            }
            return base - rise * 0.5 * sum
        }
        var data = "M\(Canvas.point(0, self.height))"
        for x in stride(from: 0.0, through: width + 6, by: 6) { data += "L\(Canvas.point(x, height(x)))" }
        data += "L\(Canvas.point(width + 6, self.height))Z"
        path(data, fill: fill, more)
        return height
    }

    /// A tree with a round crown of leaves, standing on (x, y).
    mutating func tree(_ x: Double, _ y: Double, size: Double, _ mood: Mood) {
        let bark = mood.land.near.mixed(with: Color(0x6B4630), mood == .night ? 0.3 : 0.78)
        ellipse(x, y, size * 0.42, size * 0.05, fill: "#000", "opacity=\"0.16\"")
        path("""
            M\(Canvas.point(x - size * 0.05, y))Q\(Canvas.point(x - size * 0.02, y - size * 0.3)) \
            \(Canvas.point(x - size * 0.03, y - size * 0.6))L\(Canvas.point(x + size * 0.03, y - size * 0.6))\
            Q\(Canvas.point(x + size * 0.02, y - size * 0.3)) \(Canvas.point(x + size * 0.06, y))Z
            """, fill: bark.css)
        for layer in 0..<4 {
            let color = mood.foliage[[3, 0, 1, 2][layer]]
            for _ in 0..<(9 - layer) {
                let turn = random.between(0, 2 * .pi)
                let far = random.between(0, 0.34 - 0.05 * Double(layer)) * size
                let rise = Double(layer) * size
                let radius = random.between(0.1, 0.19) * size * (1 - 0.12 * Double(layer))
                ellipse(
                    x + cos(turn) * far - rise * 0.022, y - size * 0.72 + sin(turn) * far * 0.85 - rise * 0.03, radius,
                    radius * 0.9, fill: color.css, "opacity=\"0.92\"")
            }
        }
    }

    /// A fir, of three skirts, standing on (x, y).
    mutating func fir(_ x: Double, _ y: Double, size: Double, _ color: Color) {
        var data = ""
        for step in 0..<3 {
            let top = y - size + Double(step) * size * 0.22
            let low = top + size * 0.5
            let half = size * (0.15 + 0.07 * Double(step))
            data += "M\(Canvas.point(x, top))L\(Canvas.point(x + half, low))L\(Canvas.point(x - half, low))Z"
        }
        path(data, fill: color.css)
    }

    /// Blades along the lower edge, to look through.
    mutating func grassBlades(_ color: Color, tallest: Double) {
        for _ in 0..<Int(width / 5) {
            let x = random.between(-10, width + 10)
            let tall = random.between(0.35, 1) * tallest
            let lean = random.between(-0.35, 0.35) * tall
            path("""
                M\(Canvas.point(x - 3, height))Q\(Canvas.point(x + lean * 0.3, height - tall * 0.6)) \
                \(Canvas.point(x + lean, height - tall))Q\(Canvas.point(x + lean * 0.3 + 3, height - tall * 0.5)) \
                \(Canvas.point(x + 4, height))Z
                """, fill: color.mixed(with: .black, random.between(0, 0.35)).css, "opacity=\"0.85\"")
        }
    }
}
