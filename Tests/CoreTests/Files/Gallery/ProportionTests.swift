@testable import Core
import Testing

/// The letters of sizes.
struct ProportionTests {
    @Test(arguments: [
        (1024, 1024, "n"), (1, 1, "n"), (768, 1024, "k"), (1024, 768, "q"), (1920, 1080, "v"), (1080, 1920, "f"),
        (1344, 768, "v"), (832, 1216, "i"), (1000, 999, "n"), (1, 16_384, "a"), (16_384, 1, "z"), (512, 910, "f"),
        (1200, 800, "s"), (2560, 1080, "x"), (900, 1000, "m"), (1100, 1000, "o"),
    ])
    func `a size has the letter of the nearest proportion`(width: Int, height: Int, letter: String) {
        #expect(String(UnicodeScalar(Proportion.letter(of: ImageSize(width: width, height: height)))) == letter)
    }

    @Test func `every letter is that of its own proportion, and they go from tall to wide`() {
        #expect(Proportion.all.count == 26)
        for (index, size) in Proportion.all.enumerated() {
            let own = Proportion.letter(of: ImageSize(width: size.width * 60, height: size.height * 60))
            #expect(own == UInt8(ascii: "a") + UInt8(index))
        }
        for (one, other) in zip(Proportion.all, Proportion.all.dropFirst()) {
            #expect(one.width * other.height < other.width * one.height)
        }
        #expect(Proportion.letter(of: nil) == UInt8(ascii: "n"))
    }
}
