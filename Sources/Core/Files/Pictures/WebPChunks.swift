/// What the chunks of a WebP say of it.
enum WebPChunks {
    static func isLossless(_ file: [UInt8]) -> Bool {
        let reader = ByteReader(file)
        var position = 12
        while let name = reader.text(at: position, count: 4), let length = reader.little32(at: position + 4) {
            if name == "VP8L" { return true }
            if name == "VP8 " || name == "ANIM" { return false }
            position += 8 + length + length & 1
        }
        return false
    }

    /// Leaves out what a WebP of our own has beside its picture and alpha: libvips writes a block of EXIF data into
    /// each, which would be a tenth of a small thumbnail. A file that is no WebP stays as it is.
    static func withoutMetadata(_ file: [UInt8]) -> [UInt8] {
        let reader = ByteReader(file)
        guard reader.text(at: 0, count: 4) == "RIFF", reader.text(at: 8, count: 4) == "WEBP" else { return file }
        var kept: [(name: String, range: Range<Int>)] = []
        var position = 12
        while let name = reader.text(at: position, count: 4), let length = reader.little32(at: position + 4) {
            // Of odd length, it is padded.
            let end = position + 8 + length + length % 2
            guard end <= file.count else { return file }
            if Self.kept.contains(name) { kept.append((name, position..<end)) }
            position = end
        }
        // The extended header is for alpha and animations.
        if kept.count == 2, kept[0].name == "VP8X" { kept.removeFirst() }
        var body = Array("WEBP".utf8)
        for chunk in kept {
            let begin = body.count
            body += file[chunk.range]
            if chunk.name == "VP8X" { body[begin + 8] &= Self.alpha | Self.animation }
        }
        return Array("RIFF".utf8) + Octets.little(body.count, 4) + body
    }

    private static let kept: Set<String> = ["VP8X", "ALPH", "VP8 ", "VP8L", "ANIM", "ANMF"]
    private static let alpha: UInt8 = 0x10
    private static let animation: UInt8 = 0x02
}
