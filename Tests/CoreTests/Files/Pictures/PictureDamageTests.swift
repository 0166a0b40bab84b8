@testable import Core
import TestSupport
import Testing

/// Pictures that are cut short or changed: libvips reads what strangers send.
struct PictureDamageTests {
    private func sample(_ format: PictureFormat, alpha: Bool = false) throws -> [UInt8] {
        let bands = alpha ? 4 : 3
        let pixels = (0..<12 * 9 * bands).map { UInt8(truncatingIfNeeded: $0 * 37) }
        return try Picture(pixels: pixels, width: 12, height: 9, bands: bands).encoded(format)
    }

    @Test(arguments: [PictureFormat.jpeg, .png, .webp])
    func `a picture that is cut anywhere is decoded to its size or refused, and never crashes`(
        format: PictureFormat
    ) throws {
        let bytes = try sample(format)
        #expect(try Picture(decoding: bytes, atMost: 108).width == 12)
        var refused = 0
        for length in 0..<bytes.count {
            do throws(PictureError) {
                let picture = try Picture(decoding: Array(bytes.prefix(length)), atMost: 108)
                #expect(picture.width == 12 && picture.height == 9)
            } catch {
                refused += 1
            }
        }
        #expect(refused > bytes.count / 2, "\(refused) of \(bytes.count)")
    }

    @Test(arguments: [PictureFormat.jpeg, .png, .webp])
    func `a picture with wrong bytes in it is decoded within the bound or refused`(format: PictureFormat) throws {
        var chance = Seeded(47)
        let bytes = try sample(format)
        for _ in 0..<150 {
            var changed = bytes
            for _ in 0..<2 { changed[Int(chance.number(12...Int64(bytes.count - 1)))] = UInt8(chance.number(0...255)) }
            do throws(PictureError) {
                let picture = try Picture(decoding: changed, atMost: 20_000)
                #expect(picture.width * picture.height <= 20_000)
            } catch {}
        }
    }

    @Test(arguments: [(108, true), (107, false), (0, false), (-1, false)])
    func `what may be decoded is bounded in pixels`(limit: Int, isDecoded: Bool) throws {
        let bytes = try sample(.png)
        if isDecoded {
            #expect(try Picture(decoding: bytes, atMost: limit).height == 9)
        } else {
            #expect(throws: PictureError.tooLarge(width: 12, height: 9)) { try Picture(decoding: bytes, atMost: limit) }
        }
    }

    @Test func `JPEG has no alpha and gets a white ground, the others keep it`() throws {
        for format in [PictureFormat.png, .webp] {
            #expect(try PictureInfo(inspecting: sample(format, alpha: true)).hasAlpha)
        }
        let clear = try Picture(pixels: [UInt8](repeating: 0, count: 64 * 4), width: 8, height: 8, bands: 4)
        let flat = try Picture(decoding: clear.encoded(.jpeg), atMost: 64)
        #expect(!flat.hasAlpha)
        #expect(try flat.pixels().allSatisfy { $0 > 250 })
    }

    @Test func `a black picture is one without any light, and a cut-out is none`() async throws {
        let threads = PictureThreads(count: 1)
        let inspect = InspectPicture(threads: threads, pixelLimit: 64)
        func isBlack(_ pixel: [UInt8], lightest: UInt8? = nil) async throws -> Bool {
            var pixels = Array(repeating: pixel, count: 64).flatMap { $0 }
            if let lightest { pixels[100] = lightest }
            let picture = try Picture(pixels: pixels, width: 8, height: 8, bands: pixel.count)
            return try await inspect(picture.encoded(.png)).isBlack
        }

        for pixel: [UInt8] in [[0, 0, 0], [1, 1, 1]] { #expect(try await isBlack(pixel)) }
        for pixel: [UInt8] in [[2, 2, 2], [0, 0, 0, 255], [0, 0, 0, 0]] { #expect(try await !isBlack(pixel)) }
        #expect(try await isBlack([0, 0, 0], lightest: 1))
        #expect(try await !isBlack([0, 0, 0], lightest: 2))
        await #expect(throws: PictureError.tooLarge(width: 12, height: 9)) { try await inspect(sample(.png)) }
        try await threads.close()
    }

    @Test func `a color is mixed, written and compared by its bands`() {
        let (black, white) = (Color.black, Color.white)

        #expect(Color(0x0A0B0C) == Color(red: 10, green: 11, blue: 12) && Color(0x0A0B0C).css == "#0a0b0c")
        #expect(black.mixed(with: white, 0) == black && black.mixed(with: white, 1) == white)
        #expect(black.mixed(with: white, 0.5).css == "#808080")
        #expect(black.mixed(with: white, 7) == white && black.mixed(with: white, -7) == black, "within the two")
        #expect(black.distance(to: black) == 0 && black.distance(to: white) == white.distance(to: black))
        #expect(Color(0x00FF00).distance(to: black) > Color(0x0000FF).distance(to: black))
    }
}
