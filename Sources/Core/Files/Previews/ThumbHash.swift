import Foundation

/// A picture in about 25 bytes: its proportions, average color, alpha, and the coarse of its shapes. Clients show it
/// until the picture arrives; https://evanw.github.io/thumbhash defines it and has decoders.
package struct ThumbHash: Sendable, Hashable {
    package let bytes: [UInt8]

    /// More pixels would make it slower and no better.
    package static let longestSide = 100

    package var base64: String { Data(bytes).base64EncodedString() }

    /// - Parameter pixels: Row by row, four bytes each, alpha not multiplied in. Neither side is longer than
    ///   `longestSide`.
    package init(width: Int, height: Int, rgba pixels: [UInt8]) {
        precondition(
            (1...Self.longestSide).contains(width) && (1...Self.longestSide).contains(height)
                && pixels.count == width * height * 4,
            "a ThumbHash is made of at most \(Self.longestSide) × \(Self.longestSide) pixels of four bytes")
        let planes = Planes(pixels)
        let longest = Float(max(width, height))
        // Alpha takes room that lightness has otherwise.
        let limit: Float = planes.hasAlpha ? 5 : 7
        let (columns, rows) = (
            max(1, Int((limit * Float(width) / longest).rounded())),
            max(1, Int((limit * Float(height) / longest).rounded()))
        )
        let size = (width, height)
        let lightness = Channel(planes.lightness, size, columns: max(3, columns), rows: max(3, rows))
        let yellow = Channel(planes.yellow, size, columns: 3, rows: 3)
        let red = Channel(planes.red, size, columns: 3, rows: 3)
        let alpha = planes.hasAlpha ? Channel(planes.alpha, size, columns: 5, rows: 5) : nil

        let isLandscape = width > height
        let first = Self.number(lightness.constant, 63) | Self.number(0.5 + yellow.constant / 2, 63) << 6
            | Self.number(0.5 + red.constant / 2, 63) << 12 | Self.number(lightness.scale, 31) << 18
            | (planes.hasAlpha ? 1 : 0) << 23
        let second = UInt32(isLandscape ? rows : columns) | Self.number(yellow.scale, 63) << 3
            | Self.number(red.scale, 63) << 9 | (isLandscape ? 1 : 0) << 15
        var bytes = [first & 255, first >> 8 & 255, first >> 16, second & 255, second >> 8].map { UInt8($0) }
        if let alpha { bytes.append(UInt8(Self.number(alpha.constant, 15) | Self.number(alpha.scale, 15) << 4)) }
        let terms = [lightness, yellow, red, alpha].flatMap { $0?.terms ?? [] }.map { UInt8(Self.number($0, 15)) }
        for index in stride(from: 0, to: terms.count, by: 2) {
            bytes.append(terms[index] | (index + 1 < terms.count ? terms[index + 1] << 4 : 0))
        }
        self.bytes = bytes
    }

    /// Of a share from 0 to 1.
    private static func number(_ share: Float, _ largest: Float) -> UInt32 {
        UInt32((largest * min(max(share, 0), 1)).rounded())
    }
}

/// What is transformed: lightness, yellow against blue, red against green, and alpha. What is transparent has the
/// average of the rest.
private struct Planes {
    var lightness: [Float] = []
    var yellow: [Float] = []
    var red: [Float] = []
    var alpha: [Float] = []
    let hasAlpha: Bool

    init(_ pixels: [UInt8]) {
        let count = pixels.count / 4
        var average: (red: Float, green: Float, blue: Float, alpha: Float) = (0, 0, 0, 0)
        for index in 0..<count {
            let alpha = Float(pixels[index * 4 + 3]) / 255
            average.red += alpha / 255 * Float(pixels[index * 4])
            average.green += alpha / 255 * Float(pixels[index * 4 + 1])
            average.blue += alpha / 255 * Float(pixels[index * 4 + 2])
            average.alpha += alpha
        }
        if average.alpha > 0 {
            average.red /= average.alpha
            average.green /= average.alpha
            average.blue /= average.alpha
        }
        hasAlpha = average.alpha < Float(count)
        for index in 0..<count {
            let alpha = Float(pixels[index * 4 + 3]) / 255
            let red = average.red * (1 - alpha) + alpha / 255 * Float(pixels[index * 4])
            let green = average.green * (1 - alpha) + alpha / 255 * Float(pixels[index * 4 + 1])
            let blue = average.blue * (1 - alpha) + alpha / 255 * Float(pixels[index * 4 + 2])
            lightness.append((red + green + blue) / 3)
            yellow.append((red + green) / 2 - blue)
            self.red.append(red - green)
            self.alpha.append(alpha)
        }
    }
}

/// A plane as the constant and the first terms of its cosine transform.
private struct Channel {
    var constant: Float = 0
    /// Row by row, those above the diagonal; from 0 to 1, with 0.5 for nothing.
    var terms: [Float] = []
    /// What 1 stands for.
    var scale: Float = 0

    init(_ plane: [Float], _ size: (width: Int, height: Int), columns: Int, rows: Int) {
        let across = (0..<columns).map { Self.cosines($0, size.width) }
        for row in 0..<rows {
            let down = Self.cosines(row, size.height)
            var column = 0
            while column * rows < columns * (rows - row) {
                var sum: Float = 0
                for y in 0..<size.height {
                    for x in 0..<size.width { sum += plane[x + y * size.width] * across[column][x] * down[y] }
                }
                let term = sum / Float(size.width * size.height)
                if row > 0 || column > 0 {
                    terms.append(term)
                    scale = max(scale, abs(term))
                } else {
                    constant = term
                }
                column += 1
            }
        }
        if scale > 0 { terms = terms.map { [scale] in 0.5 + 0.5 / scale * $0 } }
    }

    /// Not of `Float.pi`, which is rounded down: other encoders have the nearest.
    private static func cosines(_ number: Int, _ length: Int) -> [Float] {
        (0..<length).map { cosf(Float(Double.pi) / Float(length) * Float(number) * (Float($0) + 0.5)) }
    }
}
