@testable import Core
import Foundation
import Testing
import TestSupport

struct PreviewFilesTests {
    private func picture(
        _ width: Int, _ height: Int, bands: Int = 3, _ value: (Int) -> Int = { $0 * 31 }
    ) throws -> Picture {
        let pixels = (0..<width * height * bands).map { UInt8(truncatingIfNeeded: value($0)) }
        return try Picture(pixels: pixels, width: width, height: height, bands: bands)
    }

    private func flat(_ width: Int, _ height: Int, _ pixel: [UInt8]) throws -> Picture {
        try picture(width, height, bands: pixel.count) { Int(pixel[$0 % pixel.count]) }
    }

    private func sizes(_ files: PreviewFiles) throws -> [ImageSize] {
        try files.thumbnails.map { file in
            let info = try PictureInfo(inspecting: file)
            #expect(info.format == .webp && info.pages == 1)
            return ImageSize(width: info.width, height: info.height)
        }
    }

    /// The names of a WebP's chunks, by the lengths that it states.
    private func chunks(_ file: [UInt8]) -> [String] {
        let reader = ByteReader(file)
        #expect(reader.little32(at: 4) == file.count - 8)
        var names: [String] = []
        var position = 12
        while let name = reader.text(at: position, count: 4), let length = reader.little32(at: position + 4) {
            names.append(name)
            position += 8 + length + length % 2
        }
        #expect(position == file.count)
        return names
    }

    @Test(arguments: [
        (1600, 1200, [320, 240, 640, 480, 1280, 960]), (1000, 500, [320, 160, 640, 320, 1000, 500]),
        (300, 900, [106, 320, 213, 640, 300, 900]), (100, 70, [100, 70, 100, 70, 100, 70]),
        (1, 1, [1, 1, 1, 1, 1, 1]), (16_384, 1, [320, 1, 640, 1, 1280, 1]), (1, 16_384, [1, 320, 1, 640, 1, 1280]),
    ])
    func `thumbnails keep the proportions, are within their side, and never enlarged`(
        width: Int, height: Int, expected: [Int]
    ) throws {
        let source = try picture(width, height)
        for format in [PictureFormat.png, .jpeg] {
            let sizes = try sizes(PreviewFiles(of: source.encoded(format)))
            #expect(sizes.flatMap { [$0.width, $0.height] } == expected, "\(format)")
        }
    }

    @Test func `a WebP of the greatest length has thumbnails`() throws {
        let sizes = try sizes(PreviewFiles(of: picture(16_383, 3).encoded(.webp)))
        #expect(sizes.map(\.width) == [320, 640, 1280] && sizes.allSatisfy { $0.height == 1 })
    }

    @Test func `a thumbnail has its picture and its alpha, and nothing else`() throws {
        for thumbnail in try PreviewFiles(of: picture(700, 500).encoded(.jpeg)).thumbnails {
            #expect(chunks(thumbnail) == ["VP8 "])
        }
        for thumbnail in try PreviewFiles(of: picture(700, 500, bands: 4).encoded(.png)).thumbnails {
            #expect(chunks(thumbnail) == ["VP8X", "ALPH", "VP8 "])
            #expect(ByteReader(thumbnail)[20] == 0x10, "no flag but that of alpha")
        }
        // With a profile, EXIF data and an orientation in its file.
        for sample in [PreviewSample.displayP3, .turned] {
            for thumbnail in try PreviewFiles(of: sample.bytes).thumbnails { #expect(chunks(thumbnail) == ["VP8 "]) }
        }
    }

    @Test func `what is no WebP, or is cut, stays as it is`() throws {
        let file = try #require(PreviewFiles(of: picture(20, 20).encoded(.png)).thumbnails.first)
        for bytes in [[], [1, 2, 3], try picture(9, 9).encoded(.png), Array(file.dropLast(5))] {
            #expect(WebPChunks.withoutMetadata(bytes) == bytes)
        }
        #expect(WebPChunks.withoutMetadata(file) == file)
    }

    private func expect(
        _ file: [UInt8], near expected: [Int], within limit: Int, at location: SourceLocation = #_sourceLocation
    ) throws {
        let pixel = try Picture(decoding: file, atMost: 10_000_000).pixels().prefix(expected.count).map { Int($0) }
        for (one, two) in zip(pixel, expected) {
            #expect(abs(one - two) <= limit, "\(pixel) instead of \(expected)", sourceLocation: location)
        }
    }

    @Test func `colors are those of sRGB, whatever the picture's profile is`() throws {
        let wide = try Picture(thumbnailOf: PreviewSample.displayP3.bytes, side: 320, atMost: 100).pixels()
        for (one, two) in zip(wide.prefix(3), [40, 180, 90]) { #expect(abs(Int(one) - two) <= 2, "\(wide.prefix(3))") }
        try expect(PreviewFiles(of: PreviewSample.displayP3.bytes).thumbnails[0], near: [40, 180, 90], within: 3)
        // Without a profile it is sRGB already, and pure colors stay as pure as WebP makes them: of red, (252, 2, 4).
        for color: [UInt8] in [[255, 0, 0], [0, 255, 0], [77, 77, 77]] {
            let files = try PreviewFiles(of: flat(400, 300, color).encoded(.png))
            try expect(files.thumbnails[0], near: color.map { Int($0) }, within: 5)
        }
        try expect(PreviewFiles(of: PreviewSample.cmyk.bytes).thumbnails[0], near: [236, 33, 40], within: 12)
    }

    @Test func `gray pictures, with and without alpha, have thumbnails in color`() throws {
        let gray = try PreviewFiles(of: flat(500, 400, [90]).encoded(.png))
        try expect(gray.thumbnails[0], near: [90, 90, 90], within: 2)
        #expect(gray.preview.color == Color(0x5A5A5A))
    }

    @Test func `alpha is kept, and the color is that of the picture over white`() throws {
        let files = try PreviewFiles(of: flat(400, 400, [200, 0, 0, 51]).encoded(.png))

        for thumbnail in files.thumbnails {
            let picture = try Picture(decoding: thumbnail, atMost: 1_000_000)
            #expect(picture.hasAlpha)
            #expect(try abs(Int(picture.pixels()[3]) - 51) <= 1)
        }
        // A fifth of (200, 0, 0), four fifths of white.
        let color = files.preview.color
        #expect(abs(Int(color.red) - 244) <= 1 && abs(Int(color.green) - 204) <= 1 && color.blue == color.green)
        let clear = try PreviewFiles(of: flat(40, 40, [0, 0, 0, 0]).encoded(.png))
        #expect(clear.preview.color == .white)
    }

    @Test func `of an animation, the first frame is taken`() throws {
        for sample in [PreviewSample.gif, .webp] {
            let files = try PreviewFiles(of: sample.bytes)
            #expect(try sizes(files) == Array(repeating: ImageSize(width: 8, height: 6), count: 3))
            try expect(files.thumbnails[0], near: [255, 0, 0], within: 5)
        }
    }

    @Test func `a camera's rotation is applied`() throws {
        let files = try PreviewFiles(of: PreviewSample.turned.bytes)

        #expect(try sizes(files) == Array(repeating: ImageSize(width: 16, height: 32), count: 3))
        // What was blue at the left is at the top.
        try expect(files.thumbnails[2], near: [0, 0, 255], within: 12)
    }

    @Test func `what is too large, damaged or no picture is refused`() throws {
        let bytes = try picture(120, 100).encoded(.jpeg)
        #expect(throws: PictureError.tooLarge(width: 120, height: 100)) { try PreviewFiles(of: bytes, atMost: 11_999) }
        #expect(throws: PictureError.notAPicture) { try PreviewFiles(of: Array("hello".utf8)) }
        #expect(throws: PictureError.notAPicture) { try PreviewFiles(of: []) }
        for format in [PictureFormat.jpeg, .png, .webp] {
            let whole = try picture(300, 300) { $0 * $0 * 7 }.encoded(format)
            #expect(throws: PictureError.self) { try PreviewFiles(of: Array(whole.prefix(whole.count / 2))) }
        }
        #expect(throws: PictureError.self) { try PreviewFiles(of: Sample.jpeg()) }
    }

    @Test func `the hash says the proportions, and its color is near the average`() throws {
        let files = try PreviewFiles(of: flat(900, 300, [40, 120, 200]).encoded(.png))
        let hash = try #require(Data(base64Encoded: files.preview.thumbHash))

        #expect(files.preview.color == Color(0x2878C8))
        #expect(hash[4] & 0x80 != 0, "wider than high")
        #expect(files.preview.perceptualHash == "0000000000000000")
    }
}
