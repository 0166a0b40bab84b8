import Foundation

/// 64 bits of what a picture shows. Copies of it that were resized or compressed differ in a few bits, at most 10;
/// other pictures differ in about half.
///
/// By the cosine transform: of 32 × 32 gray pixels, each of the 8 × 8 lowest frequencies is more or less than their
/// median. Pictures of one color have no frequencies and one hash, whatever the color is.
package struct PerceptualHash: Sendable, Hashable, CustomStringConvertible {
    package let bits: UInt64

    static let side = 32
    private static let frequencies = 8
    /// What is less, of 255, is noise: it must not make bits of a picture of one color.
    private static let least = 0.05

    /// In hex, 16 digits.
    package var description: String { Hex.text((0..<8).map { UInt8(bits >> (56 - 8 * UInt64($0)) & 255) }) }

    package init(bits: UInt64) {
        self.bits = bits
    }

    /// - Parameter gray: 32 × 32 pixels, row by row.
    init(gray: [UInt8]) {
        precondition(gray.count == Self.side * Self.side, "a perceptual hash is made of 32 × 32 pixels")
        let cosines = Self.cosines
        var rows: [Double] = []
        for y in 0..<Self.side {
            for frequency in 0..<Self.frequencies {
                rows.append((0..<Self.side).reduce(0) { sum, x in
                    sum + Double(gray[y * Self.side + x]) * cosines[frequency][x]
                })
            }
        }
        var terms: [Double] = []
        for down in 0..<Self.frequencies {
            for across in 0..<Self.frequencies {
                let term = (0..<Self.side).reduce(0) { sum, y in
                    sum + rows[y * Self.frequencies + across] * cosines[down][y]
                } / Double(Self.side * Self.side)
                terms.append(abs(term) < Self.least ? 0 : term)
            }
        }
        // The first is the brightness, which says nothing of shapes.
        let median = terms.dropFirst().sorted()[(terms.count - 1) / 2]
        bits = terms.enumerated().reduce(0) { bits, item in
            bits << 1 | (item.offset > 0 && item.element > median ? 1 : 0)
        }
    }

    /// How many bits differ.
    package func distance(to other: PerceptualHash) -> Int { (bits ^ other.bits).nonzeroBitCount }

    private static let cosines: [[Double]] = (0..<frequencies).map { frequency in
        (0..<side).map { cos(.pi / Double(side) * Double(frequency) * (Double($0) + 0.5)) }
    }
}
