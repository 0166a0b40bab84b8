@testable import Core
import TestSupport
import Testing

/// Pictures that are stored in another orientation than they are shown.
struct TurnPictureTests {
    private static let (width, height) = (48, 32)

    /// Four corners of different colors, which show how it was turned.
    private func corners(_ width: Int = width, _ height: Int = height, bands: Int = 3) throws -> Picture {
        let pixels = (0..<height).flatMap { y in
            (0..<width).flatMap { x -> [UInt8] in
                let color: [UInt8] = switch (x < width / 2, y < height / 2) {
                case (true, true): [255, 0, 0, 255]
                case (false, true): [0, 255, 0, 200]
                case (true, false): [0, 0, 255, 150]
                case (false, false): [255, 255, 255, 100]
                }
                return Array(color.prefix(bands))
            }
        }
        return try Picture(pixels: pixels, width: width, height: height, bands: bands)
    }

    private func file(_ format: PictureFormat, _ picture: Picture, _ orientation: Int) throws -> [UInt8] {
        let (bytes, exif) = (try picture.encoded(format, quality: 95), TIFFBlock.oriented(orientation))
        return switch format {
        case .jpeg: PictureFile.jpeg(bytes, adding: [PictureFile.exifSegment(exif)])
        case .png, .gif: PictureFile.png(bytes, adding: [PictureFile.chunk("eXIf", exif)])
        case .webp:
            PictureFile.webp(
                WebPChunks.withoutMetadata(bytes), width: picture.width, height: picture.height,
                flags: 8 | (picture.hasAlpha ? 16 : 0), adding: [PictureFile.riff("EXIF", exif)])
        }
    }

    /// What a viewer shows in each corner, clockwise from the upper left: letters of the colors.
    private func shown(_ bytes: [UInt8]) throws -> String {
        let picture = try Picture(decoding: bytes, atMost: 10_000)
        let pixels = try picture.pixels()
        let places = [(4, 4), (picture.width - 5, 4), (picture.width - 5, picture.height - 5), (4, picture.height - 5)]
        return String(places.map { x, y -> Character in
            let start = (y * picture.width + x) * picture.bands
            return switch (pixels[start] > 128, pixels[start + 1] > 128, pixels[start + 2] > 128) {
            case (true, false, false): "r"
            case (false, true, false): "g"
            case (false, false, true): "b"
            case (true, true, true): "w"
            default: "?"
            }
        })
    }

    private static let expected = [
        1: "rgwb", 2: "grbw", 3: "wbrg", 4: "bwgr", 5: "rbwg", 6: "brgw", 7: "wgrb", 8: "gwbr",
    ]

    @Test(arguments: [PictureFormat.jpeg, .png, .webp], 1...8)
    func `each orientation is baked in, in each format, and the true size is stored`(
        format: PictureFormat, orientation: Int
    ) throws {
        let bytes = try file(format, corners(), orientation)

        let prepared = try PreparePicture.prepare(bytes)

        let stored = prepared.bytes ?? bytes
        #expect(try shown(stored) == Self.expected[orientation])
        let size = ImageSize(width: Self.width, height: Self.height)
        let turned = ImageSize(width: Self.height, height: Self.width)
        #expect(prepared.dimensions == (orientation < 5 ? size : turned) && prepared.type == format.fileType)
        #expect(ImageSize(head: stored, type: format.fileType) == prepared.dimensions)
        #expect(try PictureCleaner.clean(stored, format) == .init(bytes: nil, orientation: 1), "and not said again")
        #expect((prepared.bytes == nil) == (orientation == 1))
    }

    @Test(arguments: 2...8)
    func `a JPEG of whole blocks is turned without loss`(orientation: Int) throws {
        let noise = (0..<Self.width * Self.height * 3).map { UInt8(truncatingIfNeeded: $0 * $0 * 31 / 7) }
        let picture = try Picture(pixels: noise, width: Self.width, height: Self.height, bands: 3)
        // What undoes each.
        let inverse = [2: 2, 3: 3, 4: 4, 5: 5, 6: 8, 7: 7, 8: 6][orientation] ?? 1
        let turned = try #require(try PreparePicture.prepare(file(.jpeg, picture, orientation)).bytes)
        let again = PictureFile.jpeg(turned, adding: [PictureFile.exifSegment(TIFFBlock.oriented(inverse))])

        let back = try #require(try PreparePicture.prepare(again).bytes)

        let plain = try Picture(decoding: picture.encoded(.jpeg, quality: 95), atMost: 10_000).pixels()
        #expect(try Picture(decoding: back, atMost: 10_000).pixels() == plain)
    }

    @Test(arguments: [(47, 31), (48, 31), (1, 9), (33, 17)], 2...8)
    func `a JPEG of other sizes keeps all its pixels, nearly as they were`(
        size: (width: Int, height: Int), orientation: Int
    ) throws {
        let picture = try corners(size.width, size.height)
        let bytes = try file(.jpeg, picture, orientation)

        let prepared = try PreparePicture.prepare(bytes)

        let isTurned = orientation > 4
        #expect(prepared.dimensions == ImageSize(
            width: isTurned ? size.height : size.width, height: isTurned ? size.width : size.height))
        let stored = try Picture(decoding: #require(prepared.bytes), atMost: 10_000).pixels()
        // The decoder turns it by itself, which is the measure.
        let expected = try Picture(decoding: bytes, atMost: 10_000).pixels()
        #expect(zip(stored, expected).allSatisfy { abs(Int($0) - Int($1)) <= 24 } && stored.count == expected.count)
    }

    @Test(arguments: 2...8)
    func `PNG keeps every pixel with its alpha, and its depth`(orientation: Int) throws {
        let bytes = try file(.png, corners(bands: 4), orientation)
        let stored = try #require(try PreparePicture.prepare(bytes).bytes)

        #expect(try Picture(decoding: stored, atMost: 10_000).pixels()
            == Picture(decoding: bytes, atMost: 10_000).pixels())
        let deep = PictureFile.png(ColorSample.gray16, adding: [
            PictureFile.chunk("eXIf", TIFFBlock.oriented(orientation)),
        ])
        #expect(try #require(try PreparePicture.prepare(deep).bytes)[24] == 16)
    }

    @Test func `what takes longer than it may is stopped`() throws {
        let bytes = try file(.png, corners(), 6)
        let cleaned = try #require(try PictureCleaner.clean(bytes, .png).bytes)
        let info = try PictureInfo(inspecting: cleaned)

        #expect(throws: PictureError.tooSlow) { try TurnPicture.turn(cleaned, info, from: 6, within: .zero) }
        #expect(throws: PictureError.tooSlow) { try InspectPicture.look(at: cleaned, within: .zero) }
        #expect(throws: PictureError.tooSlow) { try Picture(decoding: cleaned, atMost: 10_000, within: .zero) }
    }

    @Test func `an animation is left as it is, and only loses what it says of itself`() throws {
        let frames = [PictureFile.chunk("acTL", PictureFile.big(1, 4) + PictureFile.big(0, 4))]
        let plain = PictureFile.png(try corners().encoded(.png), adding: frames)
        let turned = PictureFile.png(plain, adding: [PictureFile.chunk("eXIf", TIFFBlock.oriented(6))])

        #expect(try PreparePicture.prepare(turned).bytes == plain)
    }
}
