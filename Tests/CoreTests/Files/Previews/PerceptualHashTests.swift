@testable import Core
import Foundation
import Testing
import TestSupport

struct PerceptualHashTests {
    /// Soft spots of color, as photographs have them: other ones for each seed.
    private func photo(_ width: Int, _ height: Int, seed: Int) throws -> Picture {
        var chance = Seeded(UInt64(seed))
        let spots = (0..<7).map { _ in (0..<6).map { _ in Double(chance.number(0...1000)) / 1000 } }
        let pixels = (0..<width * height).flatMap { index -> [UInt8] in
            let (x, y) = (Double(index % width) / Double(width), Double(index / width) / Double(height))
            return (0..<3).map { band in
                let sum = spots.reduce(0.0) { sum, spot in
                    let distance = pow(x - spot[0], 2) + pow(y - spot[1], 2)
                    return sum + spot[3 + band] * exp(-distance / (0.01 + 0.05 * spot[2]))
                }
                return UInt8(min(255, max(0, 40 + 150 * sum)))
            }
        }
        return try Picture(pixels: pixels, width: width, height: height, bands: 3)
    }

    private func hash(_ file: [UInt8]) throws -> PerceptualHash {
        let text = try PreviewFiles(of: file).preview.perceptualHash
        return PerceptualHash(bits: try #require(UInt64(text, radix: 16)))
    }

    /// Of those that show different things, as far as chance has it.
    private static let seeds = [1, 2, 3, 5, 8, 10]

    @Test(arguments: seeds)
    func `copies that are resized or compressed are near, other pictures are far`(seed: Int) throws {
        let picture = try photo(400, 300, seed: seed)
        let original = try hash(picture.encoded(.png))
        let copies = [
            try picture.encoded(.jpeg, quality: 40), try picture.encoded(.webp, quality: 30),
            try picture.resized(width: 150, height: 112, .stretch).encoded(.jpeg, quality: 70),
            try picture.resized(width: 900, height: 700, .stretch).encoded(.png),
        ]

        for copy in copies { #expect(try hash(copy).distance(to: original) <= 10) }
        for other in Self.seeds where other != seed {
            let far = try hash(photo(400, 300, seed: other).encoded(.png)).distance(to: original)
            #expect(far > 20, "\(seed) and \(other): \(far)")
        }
    }

    @Test func `a picture of one color has no bits, whatever the color and the noise of its encoding`() throws {
        for value: UInt8 in [0, 1, 128, 254, 255] {
            let flat = try Picture(
                pixels: [UInt8](repeating: value, count: 90 * 60 * 3), width: 90, height: 60, bands: 3)
            for format in [PictureFormat.png, .jpeg, .webp] { #expect(try hash(flat.encoded(format)).bits == 0) }
        }
    }

    @Test func `a hash is written as 16 digits and compared by its bits`() {
        let one = PerceptualHash(bits: 0x00F0_0000_0000_0001)
        #expect(one.description == "00f0000000000001")
        #expect(one.distance(to: PerceptualHash(bits: 0)) == 5 && one.distance(to: one) == 0)
    }
}
