@testable import Core
import Testing

struct ThumbHashTests {
    private func pixels(_ width: Int, _ height: Int, _ pixel: (Int, Int) -> [UInt8]) -> [UInt8] {
        (0..<height).flatMap { y in (0..<width).flatMap { x in pixel(x, y) } }
    }

    private func hex(_ width: Int, _ height: Int, _ pixels: [UInt8]) -> String {
        Hex.text(ThumbHash(width: width, height: height, rgba: pixels).bytes)
    }

    /// Most of their terms are zero, which is halfway between two steps: the last bit of a cosine decides.
    @Test func `the hashes of small pictures are those of the published encoder`() throws {
        let opaque = pixels(4, 4) { x, y in [UInt8(80 * x), UInt8(80 * y), 128, 255] }
        let half = pixels(4, 4) { x, y in [UInt8(80 * x), UInt8(80 * y), 128, x >= 2 ? 64 : 255] }

        try expect(hex(4, 4, opaque), near: "de070e472080878880878788887888788788080888808f07")
        try expect(hex(4, 4, half), near: "1aa7892d144952865098787787525028f57a8f847788887887")
    }

    private func expect(_ hash: String, near expected: String) throws {
        try #require(hash.count == expected.count)
        for (one, two) in zip(hash, expected) {
            let (one, two) = (one.hexDigitValue ?? -9, two.hexDigitValue ?? -9)
            #expect(abs(one - two) <= 1, "\(hash) instead of \(expected)")
        }
    }

    /// A picture of noise over a gradient, the same on every machine.
    private func noise(_ width: Int, _ height: Int, seed: UInt32, alpha: Bool) -> [UInt8] {
        var state = seed
        func next() -> Int {
            state = (state &* 1_103_515_245 &+ 12345) & 0x7FFF_FFFF
            return Int(state >> 16 & 255)
        }
        let base = (0..<12).map { _ in next() }
        return pixels(width, height) { x, y in
            let colors = (0..<3).map { band in
                let slope = base[band] * x / width + base[3 + band] * y / height
                return UInt8((slope + base[6 + band] + (next() >> 3)) % 256)
            }
            return colors + [alpha ? UInt8((base[9] + 3 * x + 5 * y) % 256) : 255]
        }
    }

    /// The expected ones are of the Rust encoder, fast-thumbhash 1.0.0. Cosines may differ in their last bit.
    @Test(arguments: [
        (100, 75, 1, false, "de270a3d827078788678786a86679688705003a242"),
        (75, 100, 2, false, "61380a350c8478a05988499787998788452028f513"),
        (33, 100, 3, true, "6478822a0428d0193cb75973a0d671407878697788b705"),
        (100, 20, 4, true, "670886118a184f766b75742d0f019b19bd608652787788"),
        (64, 64, 5, true, "a31686250c18909a7a8cb046b8d8cf4708985a87a67afab263"),
        (1, 50, 6, false, "5b683911260786897888888807838b8f88"),
        (9, 9, 7, true, "e1678a15081b707873788777883f4296057683878088887888"),
        (100, 100, 8, false, "63480a470e0a4a874984887399a677668688b78f45956800"),
    ])
    func `the hash of any picture is that of another encoder, within one step of each term`(
        width: Int, height: Int, seed: UInt32, alpha: Bool, expected: String
    ) throws {
        try expect(hex(width, height, noise(width, height, seed: seed, alpha: alpha)), near: expected)
    }

    @Test func `a picture of one color, of one pixel, or without any color has a hash`() {
        for pixel: [UInt8] in [[0, 0, 0, 0], [255, 255, 255, 255], [0, 0, 0, 255], [10, 200, 30, 1]] {
            for (width, height) in [(1, 1), (100, 1), (1, 100), (100, 100)] {
                let hash = ThumbHash(width: width, height: height, rgba: pixels(width, height) { _, _ in pixel })
                #expect((5...25).contains(hash.bytes.count))
                #expect(hash.base64.count <= 36)
            }
        }
    }
}
