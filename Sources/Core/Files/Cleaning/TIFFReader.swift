/// Reads directories of a TIFF. What lies outside of it is not there. No entry is followed, so that nothing can loop.
struct TIFFReader {
    struct Entry {
        let tag: Int
        let type: Int
        /// The bytes of its value.
        let value: ArraySlice<UInt8>
        /// As a whole number, if it is one.
        let number: Int?

        /// Not more than such a value needs: a text of a few hundred characters, or a few numbers.
        var isShort: Bool { value.count <= (type == 2 ? 512 : 16) }
    }

    struct Directory {
        let entries: [Entry]
        /// Where the next begins; 0 for none.
        let next: Int
        /// With the values that are elsewhere.
        let length: Int

        /// A text up to its end, or its first line; nil if there is none.
        func text(_ tag: Int) -> String? {
            guard let entry = entries.first(where: { $0.tag == tag }), entry.type == 2 else { return nil }
            let text = String(decoding: entry.value.prefix(500).prefix { $0 >= 0x20 && $0 != 0x7F }, as: UTF8.self)
                .replacing("\u{FFFD}", with: "")
            return text.allSatisfy { $0 == " " } ? nil : text
        }
    }

    /// Where the first directory is.
    let first: Int
    private let bytes: [UInt8]
    private let isLittle: Bool
    private static let sizes = [1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8]
    private static let mostEntries = 200

    init?(_ bytes: [UInt8]) {
        self.bytes = bytes
        if bytes.starts(with: Array("II*\0".utf8)) {
            isLittle = true
        } else if bytes.starts(with: [0x4D, 0x4D, 0, 0x2A]) {
            isLittle = false
        } else {
            return nil
        }
        let reader = ByteReader(bytes)
        guard let first = isLittle ? reader.little32(at: 4) : reader.big32(at: 4) else { return nil }
        self.first = first
    }

    /// Returns nil if it is not all there.
    func directory(at position: Int) -> Directory? {
        guard let count = number16(position), (1...Self.mostEntries).contains(count) else { return nil }
        var entries: [Entry] = []
        var length = 2 + 12 * count + 4
        for index in 0..<count {
            guard let entry = entry(at: position + 2 + 12 * index) else { return nil }
            entries.append(entry)
            // Values begin at even places.
            if entry.value.count > 4 { length += entry.value.count + entry.value.count & 1 }
        }
        return Directory(entries: entries, next: number32(position + 2 + 12 * count) ?? 0, length: length)
    }

    private func entry(at position: Int) -> Entry? {
        guard let tag = number16(position), let type = number16(position + 2), let count = number32(position + 4)
        else { return nil }
        // A type that nobody knows takes no less than a byte.
        let size = count * (Self.sizes[type] ?? 1)
        guard let start = size <= 4 ? position + 8 : number32(position + 8), size <= bytes.count,
            start + size <= bytes.count
        else { return nil }
        let number: Int? = switch (type, count) {
        case (3, 1): number16(start)
        case (4, 1): number32(start)
        default: nil
        }
        return Entry(tag: tag, type: type, value: bytes[start..<start + size], number: number)
    }

    private func number16(_ position: Int) -> Int? {
        let reader = ByteReader(bytes)
        return isLittle ? reader.little16(at: position) : reader.big16(at: position)
    }

    private func number32(_ position: Int) -> Int? {
        let reader = ByteReader(bytes)
        return isLittle ? reader.little32(at: position) : reader.big32(at: position)
    }
}
