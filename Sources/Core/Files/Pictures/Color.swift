/// A color in sRGB, 8 bits a band.
package struct Color: Sendable, Hashable {
    package var red: UInt8
    package var green: UInt8
    package var blue: UInt8

    package init(red: UInt8, green: UInt8, blue: UInt8) {
        self.red = red
        self.green = green
        self.blue = blue
    }

    /// As designers write it: `0xFFAA00`.
    package init(_ rgb: UInt32) {
        self.init(red: UInt8(rgb >> 16 & 255), green: UInt8(rgb >> 8 & 255), blue: UInt8(rgb & 255))
    }

    package static let white = Color(0xFFFFFF)
    package static let black = Color(0x000000)

    /// - Parameter share: From 0, this color, to 1, the other.
    package func mixed(with other: Color, _ share: Double) -> Color {
        func mix(_ one: UInt8, _ two: UInt8) -> UInt8 {
            UInt8((Double(one) + (Double(two) - Double(one)) * min(max(share, 0), 1)).rounded())
        }
        return Color(red: mix(red, other.red), green: mix(green, other.green), blue: mix(blue, other.blue))
    }

    /// As SVG and CSS write it.
    package var css: String { "#" + Hex.text([red, green, blue]) }

    /// How far apart two colors look, roughly: green counts most, blue least. 0 to about 765.
    package func distance(to other: Color) -> Int {
        let red = Int(red) - Int(other.red)
        let green = Int(green) - Int(other.green)
        let blue = Int(blue) - Int(other.blue)
        return Int(Double(2 * red * red + 4 * green * green + 3 * blue * blue).squareRoot())
    }
}
