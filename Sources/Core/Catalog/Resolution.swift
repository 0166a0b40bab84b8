/// The size of a picture in pixels.
package struct Resolution: Sendable, Hashable, CustomStringConvertible {
    package let width: Int
    package let height: Int

    var longerSide: Int { max(width, height) }

    package var description: String { "\(width)x\(height)" }

    /// `1024x768`; or the longer side as `512`, `1K`, `2K`, `4K`, with an aspect ratio, square without.
    package init?(_ text: String, aspectRatio: String?) {
        if let longerSide = Resolution.longerSide(text) {
            self.init(longerSide: longerSide, aspectRatio: aspectRatio)
        } else {
            guard let (width, height) = Resolution.sides(text) else { return nil }
            self.init(width: width, height: height)
            if let aspectRatio, !hasShape(aspectRatio) { return nil }
        }
    }

    private init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }

    /// Whether it is of this ratio, exactly or as the ratio is rounded to blocks of pixels: so that a size that was
    /// computed from a ratio agrees with it when both are sent again.
    private func hasShape(_ aspectRatio: String) -> Bool {
        guard let (across, down) = Resolution.ratio(aspectRatio) else { return false }
        return width * down == height * across
            || self == Resolution(longerSide: longerSide, aspectRatio: aspectRatio)
    }

    /// Square without an aspect ratio.
    init?(longerSide: Int, aspectRatio: String?) {
        guard let (across, down) = aspectRatio.map(Resolution.ratio) ?? (1, 1) else { return nil }
        // Models work in blocks of eight pixels.
        func shorter(_ part: Int, of whole: Int) -> Int { max(8, (longerSide * part / whole + 4) / 8 * 8) }
        width = across >= down ? longerSide : shorter(across, of: down)
        height = across >= down ? shorter(down, of: across) : longerSide
    }

    static func isWellFormed(_ text: String) -> Bool {
        longerSide(text) != nil || sides(text) != nil
    }

    static func ratio(_ text: String) -> (Int, Int)? {
        guard let (across, down) = pair(text, separator: ":"), across <= 4 * down, down <= 4 * across else {
            return nil
        }
        return (across, down)
    }

    private static func longerSide(_ text: String) -> Int? {
        switch text.uppercased() {
        case "512": 512
        case "1K", "1024": 1024
        case "2K", "2048": 2048
        case "4K", "4096": 4096
        default: nil
        }
    }

    private static func sides(_ text: String) -> (Int, Int)? {
        pair(text, separator: "x")
    }

    private static func pair(_ text: String, separator: Character) -> (Int, Int)? {
        let parts = text.lowercased().split(separator: separator, omittingEmptySubsequences: false)
        guard parts.count == 2,
            parts.allSatisfy({ (1...5).contains($0.utf8.count) && $0.utf8.allSatisfy { (48...57).contains($0) } }),
            let one = Int(parts[0]), let two = Int(parts[1]), one > 0, two > 0
        else { return nil }
        return (one, two)
    }
}
