/// Leaves out what a PNG has beside its picture. Its text is compressed, so that a few megabytes of it take minutes to
/// inflate, and the libraries beneath libvips inflate it although nobody reads it.
enum PNGChunks {
    /// What changes how the picture looks, and the most bytes that it may have. Each occurs once.
    private static let kept: [UInt32: Int] = [
        name("tRNS"): 256, name("gAMA"): 4, name("cHRM"): 32, name("sRGB"): 1, name("cICP"): 4, name("sBIT"): 4,
        name("pHYs"): 9, name("eXIf"): 64 << 10,
        // Compressed as well; the largest profiles of printers have a few hundred kilobytes.
        name("iCCP"): 512 << 10,
    ]

    /// The same picture without text, dates, other applications' chunks, and whatever follows its end. Where the chunks
    /// are damaged, the rest stays as it is, for the decoder to refuse.
    static func withoutText(_ file: [UInt8]) -> [UInt8] {
        let (ranges, isWhole) = file.withUnsafeBytes { rangesToKeep(of: $0) }
        if isWhole { return file }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(ranges.reduce(0) { $0 + $1.count })
        for range in ranges { bytes += file[range] }
        return bytes
    }

    static func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
        let body = Array(name.utf8) + data
        return Octets.big(data.count, 4) + body + Octets.big(Int(CRC32.of(body)), 4)
    }

    /// Whether it has frames, which libvips does not see.
    static func isAnimated(_ file: [UInt8], _ format: PictureFormat) -> Bool {
        guard format == .png else { return false }
        let reader = ByteReader(file)
        var position = 8
        while let length = reader.big32(at: position), let name = reader.text(at: position + 4, count: 4) {
            if name == "acTL" { return true }
            if name == "IDAT" { return false }
            position += 12 + length
        }
        return false
    }

    /// In their order, neighbors joined. `isWhole` if that is all of the file.
    private static func rangesToKeep(of file: UnsafeRawBufferPointer) -> (ranges: [Range<Int>], isWhole: Bool) {
        var ranges: [Range<Int>] = []
        var seen: Set<UInt32> = []
        var (begin, position) = (0, min(8, file.count))
        func number(at position: Int) -> UInt32 {
            UInt32(bigEndian: file.loadUnaligned(fromByteOffset: position, as: UInt32.self))
        }
        while position + 12 <= file.count {
            let (length, name) = (Int(number(at: position)), number(at: position + 4))
            let end = position + 12 + length
            guard end <= file.count else { break }
            if !isKept(name, length, &seen) {
                if begin < position { ranges.append(begin..<position) }
                begin = end
            }
            position = end
            if name == Self.end {
                if begin < end { ranges.append(begin..<end) }
                return (ranges, ranges.count == 1 && ranges[0] == 0..<file.count)
            }
        }
        if begin < file.count { ranges.append(begin..<file.count) }
        return (ranges, ranges.count == 1 && ranges[0] == 0..<file.count)
    }

    /// A small first letter says that a decoder may pass over the chunk.
    private static func isKept(_ name: UInt32, _ length: Int, _ seen: inout Set<UInt32>) -> Bool {
        guard name >> 24 & 0x20 != 0 else { return true }
        guard let limit = kept[name], length <= limit else { return false }
        return seen.insert(name).inserted
    }

    private static let end = name("IEND")

    private static func name(_ text: StaticString) -> UInt32 {
        text.withUTF8Buffer { $0.reduce(0) { $0 << 8 | UInt32($1) } }
    }
}
