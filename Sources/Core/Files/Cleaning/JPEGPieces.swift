import Foundation

/// A JPEG by its segments.
enum JPEGPieces {
    private static let profile = Array("ICC_PROFILE\0".utf8)
    private static let manifest = Array("JP".utf8)
    private static let jfif = Array("JFIF\0".utf8)
    private static let adobe = Array("Adobe".utf8)

    /// Returns nil if the segments do not lead to the end.
    static func read(_ file: [UInt8], _ rules: MetadataRules) -> FilePieces? {
        guard file.starts(with: [0xFF, 0xD8]) else { return nil }
        var pieces = FilePieces()
        pieces.keep(0..<2)
        var position = 2
        while let start = next(0xFF, in: file, from: position) {
            // What is between segments is no part of the picture.
            if start > position { pieces.drop() }
            var code = start + 1
            while code < file.count, file[code] == 0xFF { code += 1 }
            guard code < file.count else { return nil }
            switch file[code] {
            case 0x00:
                pieces.drop()
                position = code + 1
            case 0x01, 0xD0...0xD8:
                pieces.keep(start..<code + 1)
                position = code + 1
            case 0xD9:
                pieces.keep(start..<code + 1)
                pieces.finish(file, at: code + 1)
                return pieces
            default:
                guard let length = ByteReader(file).big16(at: code + 1), length >= 2, code + 1 + length <= file.count
                else { return nil }
                let end = code + 1 + length
                take(file[code], file[(code + 3)..<end], start..<end, rules, &pieces)
                position = end
                guard file[code] == 0xDA else { continue }
                guard let scanEnd = scanEnd(in: file, from: end) else { return nil }
                pieces.keep(end..<scanEnd)
                position = scanEnd
            }
        }
        return nil
    }

    /// - Parameter data: Without marker and length.
    private static func take(
        _ marker: UInt8, _ data: ArraySlice<UInt8>, _ range: Range<Int>, _ rules: MetadataRules,
        _ pieces: inout FilePieces
    ) {
        switch marker {
        // Frames, tables, scans.
        case 0xC0...0xCF, 0xDA...0xDF:
            pieces.keep(range)
        // Without a thumbnail, whose size is in the last two bytes.
        case 0xE0 where data.starts(with: jfif) && data.count >= 14 && data.prefix(14).suffix(2) == [0, 0]:
            data.count == 14
                ? pieces.keep(range) : pieces.add(JPEGSegment.bytes(0xE0, Array(data.prefix(14))))
        case 0xE0 where data.starts(with: jfif) && data.count >= 14:
            pieces.add(JPEGSegment.bytes(0xE0, Array(data.prefix(12)) + [0, 0]))
        case 0xE1 where data.starts(with: JPEGSegment.exif):
            pieces.take(exif: Array(data), at: range, rules) { JPEGSegment.bytes(0xE1, JPEGSegment.exif + $0) }
        case 0xE1 where data.starts(with: JPEGSegment.xmp)
            && rules.keeps(xmp: Array(data.dropFirst(JPEGSegment.xmp.count))):
            pieces.keep(range)
        case 0xE2 where data.starts(with: profile):
            pieces.keep(range)
        case 0xEB where data.starts(with: manifest) && rules.keeps(manifest: data):
            pieces.hasManifest = true
            pieces.keep(range)
        // How the colors are stored.
        case 0xEE where data.starts(with: adobe) && data.count == 12:
            pieces.keep(range)
        default:
            pieces.drop()
        }
    }

    /// The next marker that does not belong to the data of a scan.
    private static func scanEnd(in file: [UInt8], from start: Int) -> Int? {
        var position = start
        while let found = next(0xFF, in: file, from: position) {
            guard found + 1 < file.count else { return nil }
            switch file[found + 1] {
            case 0x00, 0xD0...0xD7: position = found + 2
            default: return found
            }
        }
        return nil
    }

    /// By `memchr`: most of the file is searched.
    private static func next(_ byte: UInt8, in file: [UInt8], from position: Int) -> Int? {
        file.withUnsafeBytes { bytes in
            guard position < bytes.count, let base = bytes.baseAddress,
                let found = memchr(base + position, Int32(byte), bytes.count - position)
            else { return nil }
            return UnsafeRawPointer(found) - base
        }
    }
}
