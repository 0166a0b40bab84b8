import Core
import Foundation

/// Gathers an SVG. Its shorter side is 1000 units, whatever the size in pixels, so that a scene is drawn once for all
/// sizes.
struct Canvas {
    let width: Double
    let height: Double
    var random: PaintRandom
    private let pixelWidth: Int
    private let pixelHeight: Int
    private var definitions = ""
    private var shapes = ""
    private var count = 0

    init(width: Int, height: Int, random: PaintRandom) {
        pixelWidth = width
        pixelHeight = height
        let unit = 1000 / Double(min(width, height))
        self.width = Double(width) * unit
        self.height = Double(height) * unit
        self.random = random
    }

    var svg: String {
        """
        <svg xmlns="http://www.w3.org/2000/svg" width="\(pixelWidth)" height="\(pixelHeight)" \
        viewBox="0 0 \(Self.text(width)) \(Self.text(height))" preserveAspectRatio="none">\
        <defs>\(definitions)</defs>\(shapes)</svg>
        """
    }

    mutating func add(_ shape: String) {
        shapes += shape
    }

    mutating func rectangle(
        _ x: Double, _ y: Double, _ width: Double, _ height: Double, fill: String, _ more: String = ""
    ) {
        add("""
            <rect x="\(Self.text(x))" y="\(Self.text(y))" width="\(Self.text(width))" height="\(Self.text(height))" \
            fill="\(fill)" \(more)/>
            """)
    }

    mutating func ellipse(
        _ x: Double, _ y: Double, _ across: Double, _ down: Double, fill: String, _ more: String = ""
    ) {
        add("""
            <ellipse cx="\(Self.text(x))" cy="\(Self.text(y))" rx="\(Self.text(across))" ry="\(Self.text(down))" \
            fill="\(fill)" \(more)/>
            """)
    }

    mutating func path(_ data: String, fill: String, _ more: String = "") {
        add("<path d=\"\(data)\" fill=\"\(fill)\" \(more)/>")
    }

    /// A gradient from top to bottom, or along an angle. Returns the value for `fill`.
    mutating func gradient(_ stops: [(Double, Color, Double)], turned angle: Double = 0) -> String {
        define(
            "linearGradient",
            "x1=\"0\" y1=\"0\" x2=\"0\" y2=\"1\" gradientTransform=\"rotate(\(Self.text(angle)) 0.5 0.5)\"", stops)
    }

    mutating func gradient(_ top: Color, _ bottom: Color, turned angle: Double = 0) -> String {
        gradient([(0, top, 1), (1, bottom, 1)], turned: angle)
    }

    /// A glow, from its middle outwards.
    mutating func glow(_ stops: [(Double, Color, Double)]) -> String {
        define("radialGradient", "", stops)
    }

    private mutating func define(
        _ element: String, _ attributes: String, _ stops: [(Double, Color, Double)]
    ) -> String {
        count += 1
        definitions += "<\(element) id=\"g\(count)\" \(attributes)>"
        for (offset, color, opacity) in stops {
            definitions += """
                <stop offset="\(Self.text(offset))" stop-color="\(color.css)" stop-opacity="\(Self.text(opacity))"/>
                """
        }
        definitions += "</\(element)>"
        return "url(#g\(count))"
    }

    /// Short, and the same on every machine.
    static func text(_ number: Double) -> String {
        let tenths = (number * 100).rounded()
        return tenths == tenths.rounded() && tenths.truncatingRemainder(dividingBy: 100) == 0
            ? String(Int(tenths / 100)) : String(tenths / 100)
    }

    /// A point as a path writes it.
    static func point(_ x: Double, _ y: Double) -> String { text(x) + " " + text(y) }
}
