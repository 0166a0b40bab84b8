/// The smallest bytes that are a picture or a film to a reader of headers.
package enum Sample {
    /// White, and whole unless it claims to be large. With a chunk of `padding` bytes, at least 12, behind the header.
    package static func png(_ width: UInt32 = 640, _ height: UInt32 = 480, padding: Int = 0) -> [UInt8] {
        let head: [UInt8] = [
            0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13,
        ] + Array("IHDR".utf8) + big(width) + big(height)
            + [1, 3, 0, 0, 0]
        let header = head + big(PictureFile.crc(Array(head.suffix(17))))
        let rows = Int(height).multipliedReportingOverflow(by: (Int(width) + 7) / 8 + 1).partialValue
        let data = rows <= 1 << 20 ? PictureFile.chunk("IDAT", zeros(rows)) : []
        let end = PictureFile.chunk("PLTE", [255, 255, 255]) + data + PictureFile.chunk("IEND", [])
        var bytes = [UInt8](repeating: 0x5A, count: header.count + padding + end.count)
        bytes.replaceSubrange(0..<header.count, with: header)
        if padding > 0 {
            let chunk = big(UInt32(padding - 12)) + Array("paDd".utf8)
            bytes.replaceSubrange(header.count..<header.count + chunk.count, with: chunk)
        }
        bytes.replaceSubrange((header.count + padding)..., with: end)
        return bytes
    }

    /// So many zeros, as zlib compresses them: one, and again and again the 258 before.
    private static func zeros(_ count: Int) -> [UInt8] {
        var (bytes, bit): ([UInt8], Int) = ([0x78, 0x01], 8)
        func write(_ bits: String) {
            for character in bits.utf8 {
                if bit == 8 { (bytes, bit) = (bytes + [0], 0) }
                if character == UInt8(ascii: "1") { bytes[bytes.count - 1] |= 1 << UInt8(bit) }
                bit += 1
            }
        }
        let (runs, rest) = max(count - 1, 0).quotientAndRemainder(dividingBy: 258)
        write("110")
        for _ in 0...rest { write("00110000") }
        for _ in 0..<runs { write("1100010100000") }
        write("0000000")
        return bytes + big(UInt32(count % 65_521) << 16 | 1)
    }

    /// With `metadata` bytes between the beginning and the frame header, as cameras write them.
    package static func jpeg(_ width: UInt16 = 640, _ height: UInt16 = 480, metadata: Int = 100) -> [UInt8] {
        var bytes: [UInt8] = [0xFF, 0xD8]
        var left = metadata
        while left > 0 {
            let length = min(left, 65_000)
            bytes += [0xFF, 0xE2, UInt8((length + 2) >> 8), UInt8((length + 2) & 255)] + [UInt8](
                repeating: 0x11, count: length)
            left -= length
        }
        return bytes + [
            0xFF, 0xC0, 0, 17, 8, UInt8(height >> 8), UInt8(height & 255), UInt8(width >> 8), UInt8(width & 255),
        ]
            + [UInt8](repeating: 0, count: 12) + [0xFF, 0xDA, 0, 2, 1, 2, 3, 0xFF, 0xD9]
    }

    package static func gif(_ width: UInt16 = 640, _ height: UInt16 = 480) -> [UInt8] {
        Array("GIF89a".utf8) + little(width) + little(height) + [0, 0, 0, 0x3B]
    }

    /// The extended, the lossy and the lossless kind of header.
    package static func webp(_ kind: String = "VP8X", _ width: UInt32 = 640, _ height: UInt32 = 480) -> [UInt8] {
        let body: [UInt8] =
            switch kind {
            case "VP8X": [10, 0, 0, 0, 0, 0, 0, 0] + little24(width - 1) + little24(height - 1)
            case "VP8L": [5, 0, 0, 0, 0x2F] + Array(little32((width - 1) | (height - 1) << 14))
            default: [10, 0, 0, 0, 0, 0, 0, 0x9D, 0x01, 0x2A] + little(UInt16(width)) + little(UInt16(height))
            }
        return Array("RIFF".utf8) + little32(UInt32(8 + body.count)) + Array("WEBP".utf8) + Array(kind.utf8) + body
    }

    package static let mp4: [UInt8] = [0, 0, 0, 24] + Array("ftypisom".utf8) + [0, 0, 2, 0] + Array("isommp42".utf8)
        + [0, 0, 0, 8] + Array("moov".utf8) + [0, 0, 0, 12] + Array("mdat".utf8) + [1, 2, 3, 4]
    package static let webm: [UInt8] = [0x1A, 0x45, 0xDF, 0xA3, 0x87, 0x42, 0x82, 0x84] + Array("webm".utf8)
        + [0x18, 0x53, 0x80, 0x67, 0x84, 0xEC, 0x82, 0, 0]
    package static let text = Array("This is a letter, and no picture at all.".utf8)

    static func big(_ number: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
    }
    private static func little(_ number: UInt16) -> [UInt8] { [UInt8(number & 255), UInt8(number >> 8)] }
    private static func little24(_ number: UInt32) -> [UInt8] {
        [0, 8, 16].map { UInt8(truncatingIfNeeded: number >> $0) }
    }
    private static func little32(_ number: UInt32) -> [UInt8] {
        [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: number >> $0) }
    }
}
