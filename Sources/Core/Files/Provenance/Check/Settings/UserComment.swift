/// The comment in a block of EXIF, in which some programs keep settings where a format has no texts.
enum UserComment {
    private static let (exposure, comment) = (0x8769, 0x9286)
    private static let limit = 128 << 10

    /// - Parameter block: In TIFF's format.
    static func read(_ block: ArraySlice<UInt8>) -> String? {
        let mark = Array("Exif\0\0".utf8)
        let tiff = block.starts(with: mark) ? Array(block.dropFirst(mark.count)) : Array(block)
        guard let reader = TIFFReader(tiff), let main = reader.directory(at: reader.first),
            let place = main.entries.first(where: { $0.tag == exposure })?.number,
            let value = reader.directory(at: place)?.entries.first(where: { $0.tag == comment })?.value,
            (9...limit).contains(value.count)
        else { return nil }
        let text = Array(value.dropFirst(8))
        return switch String(decoding: value.prefix(8), as: UTF8.self) {
        case "UNICODE\0": utf16(text)
        case "ASCII\0\0\0", "\0\0\0\0\0\0\0\0": String(decoding: text.prefix { $0 != 0 }, as: UTF8.self)
        default: nil
        }
    }

    /// The standard does not say in which order the two bytes are, and programs differ: in most texts the zeros do.
    private static func utf16(_ bytes: [UInt8]) -> String {
        var bytes = bytes[...]
        var isLittle = Self.zeros(bytes, from: 1) > Self.zeros(bytes, from: 0)
        if bytes.starts(with: [0xFE, 0xFF]) || bytes.starts(with: [0xFF, 0xFE]) {
            isLittle = bytes.first == 0xFF
            bytes = bytes.dropFirst(2)
        }
        let start = bytes.startIndex
        let units = (0..<bytes.count / 2).map { index in
            let (one, two) = (UInt16(bytes[start + 2 * index]), UInt16(bytes[start + 2 * index + 1]))
            return isLittle ? two << 8 | one : one << 8 | two
        }
        return String(decoding: units.prefix { $0 != 0 }, as: UTF16.self)
    }

    private static func zeros(_ bytes: ArraySlice<UInt8>, from offset: Int) -> Int {
        stride(from: bytes.startIndex + offset, to: bytes.endIndex, by: 2).count { bytes[$0] == 0 }
    }
}
