/// A block of EXIF, written entry by entry.
package struct TIFFBlock {
    package enum Value {
        case short(Int)
        case long(Int)
        case text(String)
        case bytes([UInt8])
        case rational(Int, Int)
        /// Another directory.
        case directory([(tag: Int, value: Value)])
    }

    package var entries: [(tag: Int, value: Value)]
    package var isLittle: Bool
    /// A second directory, with a thumbnail.
    package var thumbnail: [UInt8]

    package init(_ entries: [(tag: Int, value: Value)], isLittle: Bool = true, thumbnail: [UInt8] = []) {
        self.entries = entries
        self.isLittle = isLittle
        self.thumbnail = thumbnail
    }

    package static func oriented(_ orientation: Int, isLittle: Bool = true) -> [UInt8] {
        TIFFBlock([(0x0112, .short(orientation))], isLittle: isLittle).bytes
    }

    /// As a camera writes it: SECRET wherever it must not stay, and whose picture it is.
    package static func camera(orientation: Int = 1, isLittle: Bool = true) -> [UInt8] {
        TIFFBlock([
            (0x010E, .text("SECRET description")), (0x010F, .text("SECRET maker")), (0x0112, .short(orientation)),
            (0x011A, .rational(72, 1)), (0x0128, .short(2)), (0x013B, .text("Ada")), (0x8298, .text("© Ada Lovelace")),
            (0x8769, .directory([
                (0x9000, .bytes(Array("0232".utf8))), (0x927C, .bytes(Array("SECRET note of the maker".utf8))),
                (0x9286, .bytes(Array("SECRET comment".utf8))), (0xA431, .text("SECRET serial number")),
            ])),
            (0x8825, .directory([(0x0001, .text("N")), (0x001D, .text("SECRET date"))])),
        ], isLittle: isLittle, thumbnail: Array("SECRET thumbnail".utf8)).bytes
    }

    package var bytes: [UInt8] {
        var bytes = isLittle ? Array("II*\0".utf8) : [0x4D, 0x4D, 0, 0x2A]
        bytes += number(8, 4)
        let end = write(entries, to: &bytes)
        guard !thumbnail.isEmpty else { return bytes }
        bytes.replaceSubrange(end..<end + 4, with: number(bytes.count, 4))
        let next = [(tag: 0x0201, value: Value.long(bytes.count + 30)), (0x0202, .long(thumbnail.count))]
        _ = write(next, to: &bytes)
        return bytes + thumbnail
    }

    /// Returns where the directory says what follows it.
    private func write(_ entries: [(tag: Int, value: Value)], to bytes: inout [UInt8]) -> Int {
        let start = bytes.count
        bytes += number(entries.count, 2) + [UInt8](repeating: 0, count: 12 * entries.count + 4)
        for (index, entry) in entries.enumerated() {
            let (type, count, data) = encode(entry.value, &bytes)
            var field = number(entry.tag, 2) + number(type, 2) + number(count, 4)
            if data.count <= 4 {
                field += data + [UInt8](repeating: 0, count: 4 - data.count)
            } else {
                field += number(bytes.count, 4)
                bytes += data + [UInt8](repeating: 0, count: data.count & 1)
            }
            bytes.replaceSubrange(start + 2 + 12 * index..<start + 14 + 12 * index, with: field)
        }
        return start + 2 + 12 * entries.count
    }

    private func encode(_ value: Value, _ bytes: inout [UInt8]) -> (type: Int, count: Int, data: [UInt8]) {
        switch value {
        case .short(let number): return (3, 1, self.number(number, 2))
        case .long(let number): return (4, 1, self.number(number, 4))
        case .text(let text): return (2, text.utf8.count + 1, Array(text.utf8) + [0])
        case .bytes(let data): return (7, data.count, data)
        case .rational(let one, let two): return (5, 1, number(one, 4) + number(two, 4))
        case .directory(let entries):
            let position = bytes.count
            _ = write(entries, to: &bytes)
            return (4, 1, number(position, 4))
        }
    }

    private func number(_ number: Int, _ count: Int) -> [UInt8] {
        isLittle ? PictureFile.little(number, count) : PictureFile.big(number, count)
    }
}
