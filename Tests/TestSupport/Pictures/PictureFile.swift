/// Files of pictures put together by hand, with metadata in them that a camera or a program would have written.
package enum PictureFile {
    package static func big(_ number: Int, _ count: Int) -> [UInt8] {
        (0..<count).reversed().map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }

    package static func little(_ number: Int, _ count: Int) -> [UInt8] { big(number, count).reversed() }

    // JPEG

    package static func segment(_ marker: UInt8, _ data: [UInt8]) -> [UInt8] {
        [0xFF, marker] + big(data.count + 2, 2) + data
    }

    /// Behind its first two bytes.
    package static func jpeg(_ picture: [UInt8], adding segments: [[UInt8]]) -> [UInt8] {
        Array(picture.prefix(2)) + segments.flatMap { $0 } + picture.dropFirst(2)
    }

    package static func exifSegment(_ tiff: [UInt8]) -> [UInt8] { segment(0xE1, Array("Exif\0\0".utf8) + tiff) }

    package static func xmpSegment(_ packet: String) -> [UInt8] {
        segment(0xE1, Array("http://ns.adobe.com/xap/1.0/\0".utf8) + packet.utf8)
    }

    // PNG

    package static func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
        let body = Array(name.utf8) + data
        return big(data.count, 4) + body + big(Int(crc(body)), 4)
    }

    /// Behind its header.
    package static func png(_ picture: [UInt8], adding chunks: [[UInt8]]) -> [UInt8] {
        Array(picture.prefix(33)) + chunks.flatMap { $0 } + picture.dropFirst(33)
    }

    package static func crc(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(~UInt32(0)) { value, byte in
            (0..<8).reduce(value ^ UInt32(byte)) { value, _ in
                value & 1 == 1 ? 0xEDB8_8320 ^ value >> 1 : value >> 1
            }
        }
    }

    // WebP

    package static func riff(_ name: String, _ data: [UInt8]) -> [UInt8] {
        Array(name.utf8) + little(data.count, 4) + data + [UInt8](repeating: 0, count: data.count & 1)
    }

    /// With the extended header, and chunks behind the picture.
    ///
    /// - Parameter flags: 8 for EXIF, 4 for XMP.
    package static func webp(
        _ picture: [UInt8], width: Int, height: Int, flags: UInt8, adding chunks: [[UInt8]]
    ) -> [UInt8] {
        let header = riff("VP8X", [flags, 0, 0, 0] + little(width - 1, 3) + little(height - 1, 3))
        let body = Array("WEBP".utf8) + header + picture.dropFirst(12) + chunks.flatMap { $0 }
        return Array("RIFF".utf8) + little(body.count, 4) + body
    }

    // GIF

    package static func gifExtension(_ label: UInt8, _ blocks: [[UInt8]]) -> [UInt8] {
        [0x21, label] + blocks.flatMap { [UInt8($0.count)] + $0 } + [0]
    }

    /// Two pixels, with extensions before them.
    package static func gif(adding extensions: [[UInt8]] = []) -> [UInt8] {
        Array("GIF89a".utf8) + little(2, 2) + little(1, 2) + [0x80, 0, 0, 10, 200, 30, 0, 0, 255]
            + extensions.flatMap { $0 } + [0x2C] + little(0, 4) + little(2, 2) + little(1, 2) + [0, 2, 2, 0x44, 0x0A, 0]
            + [0x3B]
    }
}
