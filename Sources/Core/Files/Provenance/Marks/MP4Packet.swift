/// XMP in an MP4: a box of its own behind the others, so that no offset in the film changes.
enum MP4Packet {
    static let xmp: [UInt8] = [
        0xBE, 0x7A, 0xCF, 0xCB, 0x97, 0xA9, 0x42, 0xE8, 0x9C, 0x71, 0x99, 0x94, 0x91, 0xE3, 0xAF, 0xAC,
    ]
    static let credentials: [UInt8] = [
        0xD8, 0xFE, 0xC3, 0xD6, 0x1B, 0x0E, 0x48, 0x3C, 0x92, 0x97, 0x58, 0x28, 0x87, 0x7E, 0xC4, 0x81,
    ]

    /// Returns nil if the boxes are damaged, or the last of them has no stated end.
    static func embed(_ packet: [UInt8], in file: [UInt8]) -> [UInt8]? {
        guard let (boxes, end) = boxes(of: file), !boxes.isEmpty else { return nil }
        var kept = boxes[...]
        // Players look for an index of fragments at the very end.
        let index = kept.last?.name == "mfra" ? kept.popLast() : nil
        while let last = kept.last, last.isPacket(in: file) { kept.removeLast() }
        var result = Array(file[..<(kept.last?.range.upperBound ?? 0)])
        result.reserveCapacity(file.count + packet.count + 64)
        // What is between others keeps its place, for their offsets are counted from the beginning of the file.
        for box in kept where box.isPacket(in: file) { box.blank(&result) }
        result += Octets.big(24 + packet.count, 4) + Array("uuid".utf8) + xmp + packet
        if let index { result += file[index.range] }
        return result + file[end...]
    }

    /// Whether it has content credentials, which vouch for every byte of it.
    static func hasManifest(_ file: [UInt8]) -> Bool {
        boxes(of: file)?.boxes.contains { $0.name == "uuid" && $0.content(in: file).starts(with: credentials) } ?? false
    }

    private struct Box {
        let name: String
        let range: Range<Int>
        /// Of its size and name.
        let headLength: Int

        func content(in file: [UInt8]) -> ArraySlice<UInt8> { file[(range.lowerBound + headLength)..<range.upperBound] }

        func isPacket(in file: [UInt8]) -> Bool { name == "uuid" && content(in: file).starts(with: xmp) }

        /// Makes it a box that means nothing.
        func blank(_ file: inout [UInt8]) {
            file.replaceSubrange((range.lowerBound + 4)..<(range.lowerBound + 8), with: Array("free".utf8))
            for position in (range.lowerBound + headLength)..<range.upperBound { file[position] = 0 }
        }
    }

    /// The outermost ones, and where they end: zeros may follow. Nil if they do not lead there.
    private static func boxes(of file: [UInt8]) -> (boxes: [Box], end: Int)? {
        let reader = ByteReader(file)
        guard reader.text(at: 4, count: 4) == "ftyp" else { return nil }
        var boxes: [Box] = []
        var position = 0
        while position < file.count {
            guard let short = reader.big32(at: position), let name = reader.text(at: position + 4, count: 4), short > 0
            else { return file[position...].allSatisfy { $0 == 0 } ? (boxes, position) : nil }
            var (size, head) = (short, 8)
            if short == 1 {
                guard reader.big32(at: position + 8) == 0, let large = reader.big32(at: position + 12) else {
                    return nil
                }
                (size, head) = (large, 16)
            }
            guard size >= head, position + size <= file.count else { return nil }
            boxes.append(Box(name: name, range: position..<(position + size), headLength: head))
            position += size
        }
        return (boxes, position)
    }
}
