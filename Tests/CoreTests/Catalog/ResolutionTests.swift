@testable import Core
import TestSupport
import Testing

struct ResolutionTests {
    private static let longerSides = [
        "512": 512, "1K": 1024, "1024": 1024, "2K": 2048, "2048": 2048, "4K": 4096, "4096": 4096,
    ]

    @Test func `a longer side alone is a square, and with a shape the shorter side is of blocks of eight`() throws {
        for (text, side) in Self.longerSides {
            #expect(Resolution(text, aspectRatio: nil)?.description == "\(side)x\(side)")
            for (across, down) in [(1, 1), (4, 1), (1, 4), (16, 9), (9, 16), (21, 9), (4, 5), (99_999, 99_999)] {
                let size = try #require(Resolution(text, aspectRatio: "\(across):\(down)"))
                #expect(size.longerSide == side)
                #expect(across >= down ? size.width == side : size.height == side)
                let shorter = min(size.width, size.height)
                #expect(shorter.isMultiple(of: 8))
                let exact = side * min(across, down) / max(across, down)
                #expect(abs(shorter - exact) <= 4, "\(text) \(across):\(down) is \(size)")
            }
        }
    }

    @Test func `pixels are taken as they are given, and a shape beside them must be theirs`() {
        var chance = Seeded(31)
        for _ in 0..<500 {
            let (width, height) = (Int(chance.number(1...99_999)), Int(chance.number(1...99_999)))
            let text = "\(width)x\(height)"

            #expect(Resolution(text, aspectRatio: nil)?.description == text)
            guard width <= 4 * height, height <= 4 * width else { continue }
            #expect(Resolution(text, aspectRatio: "\(width):\(height)")?.description == text)
            #expect(Resolution(text, aspectRatio: "\(2 * width + 17):\(height)") == nil)
        }
        #expect(Resolution("1024x512", aspectRatio: "2:1") == Resolution("1024x512", aspectRatio: "00002:1"))
    }

    @Test(arguments: [
        "", "x", "1x", "x1", "1x1x1", "0x1", "1x0", "100000x1", "1x100000", "-1x1", "+1x1", "1 x1", "1x1 ", "1×1",
        "1*1",
        "１x1", "1.5x1", "0x0", "5K", "1M", "K", "256", "1025", "1k1", "1024x1024\0", "1e3x1", "٣x٣",
    ])
    func `what is neither a size nor a longer side is none`(text: String) {
        #expect(!Resolution.isWellFormed(text))
        #expect(Resolution(text, aspectRatio: nil) == nil && Resolution(text, aspectRatio: "1:1") == nil)
    }

    @Test(arguments: [
        "", ":", "1:", ":1", "0:1", "1:0", "1:5", "5:1", "1:1:1", "1/1", "-1:1", "1 :1", "100000:100000", "a:b",
    ])
    func `what is no shape, or thinner than four to one, is none`(text: String) {
        #expect(Resolution.ratio(text) == nil)
        #expect(Resolution("1K", aspectRatio: text) == nil && Resolution("1024x1024", aspectRatio: text) == nil)
        #expect(Resolution(longerSide: 1024, aspectRatio: text) == nil)
    }

    @Test func `letters count the same, small or large`() {
        for text in ["1k", "1K", "2k", "4k"] { #expect(Resolution(text, aspectRatio: nil) != nil) }
        #expect(Resolution("640X480", aspectRatio: nil) == Resolution("640x480", aspectRatio: nil))
    }
}
