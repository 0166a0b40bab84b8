/// XMP in a PNG: a chunk of text that is not compressed, behind the header.
enum PNGPacket {
    private static let keyword = Array("\(PNGText.xmp)\0".utf8)
    private static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    /// Where the chunk behind the header begins.
    static let place = 33

    static func embed(_ packet: [UInt8], in file: [UInt8]) -> [UInt8]? {
        guard let old = packets(in: file) else { return nil }
        var result = Array(file[..<place])
        result.reserveCapacity(file.count + packet.count + 64)
        // Not compressed, of no language.
        result += PNGChunks.chunk("iTXt", keyword + [0, 0, 0, 0] + packet)
        var position = place
        for range in old {
            result += file[position..<range.lowerBound]
            position = range.upperBound
        }
        return result + file[position...]
    }

    /// The chunks that are replaced. Nil if the chunks do not lead from the header to the end.
    private static func packets(in file: [UInt8]) -> [Range<Int>]? {
        let reader = ByteReader(file)
        guard file.starts(with: signature), reader.text(at: 12, count: 4) == "IHDR", reader.big32(at: 8) == 13 else {
            return nil
        }
        var found: [Range<Int>] = []
        var position = 8
        while let length = reader.big32(at: position), let name = reader.text(at: position + 4, count: 4) {
            let end = position + 12 + length
            guard end <= file.count else { return nil }
            if name == "IEND" { return found }
            if ["tEXt", "zTXt", "iTXt"].contains(name), file[(position + 8)..<(end - 4)].starts(with: keyword) {
                found.append(position..<end)
            }
            position = end
        }
        return nil
    }
}
