/// A box of JUMBF, as content credentials nest them. From outside: its depth and number have a bound, and a box that
/// goes beyond the one around it is refused.
struct ReadBox: Sendable {
    let type: String
    /// Without its head. Of a superbox, what a hash of it covers.
    let content: ArraySlice<UInt8>
    /// Of a superbox: what it is, in four letters.
    let kind: String
    let label: String
    let children: [ReadBox]

    private static let mostDepth = 8
    private static let mostBoxes = 2_000

    /// Whether the bytes begin a store of credentials.
    static func beginsStore(_ bytes: [UInt8]) -> Bool {
        let reader = ByteReader(bytes)
        let head = reader.big32(at: 0) == 1 ? 16 : 8
        return reader.text(at: 4, count: 4) == "jumb" && reader.text(at: head + 4, count: 4) == "jumd"
            && reader.text(at: head + 8, count: 4) == "c2pa"
    }

    /// The box that the bytes begin with, up to their end.
    static func read(_ bytes: [UInt8]) throws(FileCredentials.Unreadable) -> ReadBox {
        var count = 0
        let boxes = try read(ByteReader(bytes), bytes, 0..<bytes.count, depth: 0, &count)
        guard boxes.count == 1 else { throw .malformed }
        return boxes[0]
    }

    /// A child by its label; the first counts.
    subscript(label: String) -> ReadBox? {
        children.first { $0.type == "jumb" && $0.label == label }
    }

    /// What the one box of this type in it holds.
    func payload(_ type: String) -> ArraySlice<UInt8>? {
        children.first { $0.type == type }?.content
    }

    private static func read(
        _ reader: ByteReader, _ bytes: [UInt8], _ range: Range<Int>, depth: Int, _ count: inout Int
    ) throws(FileCredentials.Unreadable) -> [ReadBox] {
        guard depth < mostDepth else { throw .malformed }
        var (boxes, position): ([ReadBox], Int) = ([], range.lowerBound)
        while position < range.upperBound {
            count += 1
            guard count <= mostBoxes else { throw .tooLarge }
            guard let (type, content) = head(reader, position, in: range) else { throw .malformed }
            boxes.append(
                type == "jumb"
                    ? try superbox(reader, bytes, content, depth: depth, &count)
                    : ReadBox(type: type, content: bytes[content], kind: "", label: "", children: []))
            position = content.upperBound
        }
        return boxes
    }

    private static func head(
        _ reader: ByteReader, _ position: Int, in range: Range<Int>
    ) -> (type: String, content: Range<Int>)? {
        guard position + 8 <= range.upperBound, var size = reader.big32(at: position),
            let type = reader.text(at: position + 4, count: 4)
        else { return nil }
        var head = 8
        if size == 1 {
            guard let high = reader.big32(at: position + 8), high == 0, let low = reader.big32(at: position + 12)
            else { return nil }
            (size, head) = (low, 16)
        } else if size == 0 {
            size = range.upperBound - position
        }
        guard size >= head, position + size <= range.upperBound else { return nil }
        return (type, position + head..<position + size)
    }

    /// Its first box says what it is and has its label.
    private static func superbox(
        _ reader: ByteReader, _ bytes: [UInt8], _ range: Range<Int>, depth: Int, _ count: inout Int
    ) throws(FileCredentials.Unreadable) -> ReadBox {
        let children = try read(reader, bytes, range, depth: depth + 1, &count)
        guard let description = children.first, description.type == "jumd", description.content.count >= 17
        else { throw .malformed }
        let content = description.content
        let kind = String(decoding: content.prefix(4), as: UTF8.self)
        var label = ""
        if content[content.startIndex + 16] & 2 != 0 {
            let rest = content.dropFirst(17)
            guard let end = rest.firstIndex(of: 0), let text = String(validating: rest[..<end], as: UTF8.self)
            else { throw .malformed }
            label = text
        }
        return ReadBox(
            type: "jumb", content: bytes[range], kind: kind, label: label, children: Array(children.dropFirst()))
    }
}
