/// XMP in a WebP: the last chunk, announced by a flag in the extended header. A file without that header gets one.
enum WebPPacket {
    private static let xmp: UInt8 = 0x04
    private static let alpha: UInt8 = 0x10

    static func embed(_ packet: [UInt8], in file: [UInt8]) -> [UInt8]? {
        guard let riff = RIFF(file), let first = riff.chunks.first else { return nil }
        var body = Array("WEBP".utf8)
        body.reserveCapacity(file.count + packet.count + 64)
        switch first.name {
        case "VP8X":
            guard first.data.count == 10 else { return nil }
            var header = Array(file[first.data])
            header[0] |= xmp
            body += RIFF.chunk("VP8X", header)
            for chunk in riff.chunks.dropFirst() where chunk.name != "XMP " { body += RIFF.padded(file[chunk.range]) }
        case "VP8 ", "VP8L":
            guard let header = header(of: file, first) else { return nil }
            body += RIFF.chunk("VP8X", header)
            // Whatever follows did not count before, and counts no more now.
            for chunk in riff.chunks where chunk.name != "XMP " { body += RIFF.padded(file[chunk.range]) }
        default: return nil
        }
        body += RIFF.chunk("XMP ", packet)
        return Array("RIFF".utf8) + Octets.little(body.count, 4) + body + file[riff.end...]
    }

    private static func header(of file: [UInt8], _ first: RIFF.Chunk) -> [UInt8]? {
        guard let size = ImageSize(head: Array(file.prefix(64)), type: .webp) else { return nil }
        let hasAlpha = first.name == "VP8L" && first.data.count >= 5
            && file[first.data.lowerBound + 4] & 0x10 != 0
        return [xmp | (hasAlpha ? alpha : 0), 0, 0, 0] + Octets.little(size.width - 1, 3)
            + Octets.little(size.height - 1, 3)
    }
}
