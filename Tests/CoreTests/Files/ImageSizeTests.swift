@testable import Core
import TestSupport
import Testing

/// A picture's size by its header, whatever else the header says.
struct ImageSizeTests {
    @Test func `numbers are read in either order, and nothing past the end`() {
        let reader = ByteReader([0x01, 0x02, 0x03, 0x04, 0xFF])

        #expect(reader.big16(at: 0) == 0x0102 && reader.little16(at: 0) == 0x0201)
        #expect(reader.big32(at: 1) == 0x0203_04FF && reader.little32(at: 1) == 0xFF04_0302)
        #expect(reader.little24(at: 2) == 0xFF_0403 && reader[4] == 0xFF)
        #expect(reader.text(at: 0, count: 2) == "\u{1}\u{2}" && reader.text(at: 5, count: 0) == "")
        for position in [-1, .min, 5, 100] { #expect(reader[position] == nil) }
        #expect(reader.big16(at: 4) == nil && reader.big32(at: 2) == nil && reader.little24(at: 3) == nil)
        #expect(reader.big16(at: -1) == nil && reader.text(at: 4, count: 2) == nil)
        #expect(ByteReader([]).big16(at: 0) == nil)
    }

    @Test(arguments: [
        (Sample.png(1, 65_535), FileType.png, 1, 65_535), (Sample.gif(65_535, 1), .gif, 65_535, 1),
        (Sample.jpeg(65_535, 1), .jpeg, 65_535, 1), (Sample.webp("VP8X", 16_777_216, 1), .webp, 16_777_216, 1),
        (Sample.webp("VP8L", 16_384, 16_384), .webp, 16_384, 16_384),
        (Sample.webp("VP8 ", 16_383, 1), .webp, 16_383, 1),
        // The two highest bits of a lossy picture's sides are how it is to be scaled.
        (Sample.webp("VP8 ", 0xC001, 0x4002), .webp, 1, 2),
    ])
    func `the largest sizes of each format are read`(bytes: [UInt8], type: FileType, width: Int, height: Int) {
        #expect(ImageSize(head: bytes, type: type) == ImageSize(width: width, height: height))
    }

    @Test(arguments: [
        (Sample.png(0, 1), FileType.png), (Sample.png(1, 0), .png), (Sample.gif(0, 1), .gif),
        (Sample.jpeg(0, 5), .jpeg),
        (Sample.jpeg(5, 0), .jpeg), (Sample.webp("VP8 ", 0x4000, 1), .webp),
    ])
    func `a side of nothing is no size`(bytes: [UInt8], type: FileType) {
        #expect(ImageSize(head: bytes, type: type) == nil)
    }

    @Test func `a film and an archive have none`() {
        #expect(ImageSize(head: Sample.mp4, type: .mp4) == nil && ImageSize(head: Sample.webm, type: .webm) == nil)
        #expect(ImageSize(head: Sample.png(), type: .zip) == nil)
    }

    private func jpeg(_ segments: [UInt8]...) -> ImageSize? {
        ImageSize(head: [0xFF, 0xD8] + segments.flatMap { $0 }, type: .jpeg)
    }

    private func frame(_ marker: UInt8) -> [UInt8] { [0xFF, marker, 0, 17, 8, 0, 6, 0, 9] }

    @Test func `every frame of JPEG says the size, and the tables that share its numbers do not`() {
        for marker in UInt8(0xC0)...0xCF {
            let isFrame = ![0xC4, 0xC8, 0xCC].contains(marker)
            let size = jpeg(frame(marker) + Array(repeating: 0, count: 10), frame(0xC0).map { $0 == 9 ? 7 : $0 })
            #expect(size == ImageSize(width: isFrame ? 9 : 7, height: 6), "\(marker)")
        }
    }

    @Test func `JPEG may have fill bytes and markers without a length before its frame`() {
        let expected = ImageSize(width: 9, height: 6)

        #expect(jpeg([0xFF, 0xFF, 0xFF], frame(0xC0)) == expected)
        #expect(jpeg([0xFF, 0x01, 0xFF, 0xD0, 0xFF, 0xD7, 0xFF, 0xD8], frame(0xC2)) == expected)
        #expect(jpeg([0xFF, 0xE1, 0, 2], frame(0xC0)) == expected, "a segment of nothing but its length")
    }

    @Test func `JPEG that leads nowhere, or has no frame before its data, has no size`() {
        #expect(jpeg([0xFF, 0xE1, 0, 0], frame(0xC0)) == nil, "a length of none would never end")
        #expect(jpeg([0xFF, 0xE1, 0, 1], frame(0xC0)) == nil)
        #expect(jpeg([0xFF, 0xE1, 0xFF, 0xFF], frame(0xC0)) == nil, "a length past the end")
        #expect(jpeg([0xFF, 0xDA, 0, 2], frame(0xC0)) == nil, "data before the frame")
        #expect(jpeg([0xFF, 0xD9], frame(0xC0)) == nil, "the end before the frame")
        #expect(jpeg([0x00, 0xC0], frame(0xC0)) == nil, "no marker")
        #expect(jpeg() == nil && jpeg([0xFF]) == nil && jpeg([0xFF, 0xC0]) == nil)
        #expect(ImageSize(head: Array(repeating: 0xFF, count: 100_000), type: .jpeg) == nil)
    }

    @Test func `random bytes behind each beginning are read or refused, and never trap`() {
        var chance = Seeded(41)
        for (head, type) in [
            (Sample.png(), FileType.png), (Sample.jpeg(), .jpeg), (Sample.gif(), .gif), (Sample.webp("VP8X"), .webp),
            (Sample.webp("VP8L"), .webp), (Sample.webp("VP8 "), .webp),
        ] {
            for _ in 0..<500 {
                var bytes = head
                for _ in 0..<3 { bytes[Int(chance.number(2...Int64(head.count - 1)))] = UInt8(chance.number(0...255)) }
                let size = ImageSize(head: Array(bytes.prefix(Int(chance.number(0...Int64(head.count))))), type: type)
                #expect(size.map { $0.width > 0 && $0.height > 0 } ?? true)
                _ = size?.isBearable
            }
        }
    }

    @Test(arguments: [
        (16_384, 1, true), (1, 16_384, true), (16_385, 1, false), (7071, 7071, true), (7072, 7071, false),
        (10_000, 5_000, true), (10_000, 5_001, false), (Int.max, Int.max, false),
    ])
    func `what is decoded has bounds on its sides and on its pixels`(width: Int, height: Int, isBearable: Bool) {
        #expect(ImageSize(width: width, height: height).isBearable == isBearable)
    }
}
