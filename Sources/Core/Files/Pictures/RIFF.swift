/// The chunks of a WebP's file.
struct RIFF {
    struct Chunk {
        let name: String
        /// With its head, and its padding where that is there.
        let range: Range<Int>
        let data: Range<Int>
    }

    let chunks: [Chunk]
    /// Behind the last of them; what follows is no part of the picture.
    let end: Int

    /// Returns nil if the chunks do not fill what the file says. A last byte that only pads may be missing.
    init?(_ file: [UInt8]) {
        let reader = ByteReader(file)
        guard reader.text(at: 0, count: 4) == "RIFF", reader.text(at: 8, count: 4) == "WEBP",
            let size = reader.little32(at: 4), size >= 4
        else { return nil }
        end = min(8 + size, file.count)
        guard 8 + size - end <= 1 else { return nil }
        var chunks: [Chunk] = []
        var position = 12
        while position < end {
            guard let name = reader.text(at: position, count: 4), let length = reader.little32(at: position + 4),
                position + 8 + length <= end
            else { return nil }
            let data = (position + 8)..<(position + 8 + length)
            let next = min(data.upperBound + length & 1, end)
            chunks.append(Chunk(name: name, range: position..<next, data: data))
            position = next
        }
        self.chunks = chunks
    }

    static func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
        padded((Array(name.utf8) + Octets.little(data.count, 4) + data)[...])
    }

    static func padded(_ chunk: ArraySlice<UInt8>) -> [UInt8] {
        Array(chunk) + [UInt8](repeating: 0, count: chunk.count & 1)
    }
}
