/// A GIF by its blocks.
enum GIFPieces {
    /// How often an animation is played, and the color profile.
    private static let applications: Set<String> = ["NETSCAPE2.0", "ANIMEXTS1.0", "ICCRGBG1012"]

    /// Returns nil if the blocks do not lead to the end.
    static func read(_ file: [UInt8], _ rules: MetadataRules) -> FilePieces? {
        guard file.count >= 13 else { return nil }
        let reader = ByteReader(file)
        var pieces = FilePieces()
        var position = 13 + colors(file[10])
        guard position <= file.count else { return nil }
        pieces.keep(0..<position)
        while let kind = reader[position] {
            switch kind {
            case 0x3B:
                pieces.keep(position..<position + 1)
                pieces.finish(file, at: position + 1)
                return pieces
            case 0x21:
                guard let label = reader[position + 1], let end = dataEnd(reader, from: position + 2)
                else { return nil }
                keeps(label, position, reader) ? pieces.keep(position..<end) : pieces.drop()
                position = end
            case 0x2C:
                guard let flags = reader[position + 9], let end = dataEnd(reader, from: position + 11 + colors(flags))
                else { return nil }
                pieces.keep(position..<end)
                position = end
            default:
                return nil
            }
        }
        return nil
    }

    private static func keeps(_ label: UInt8, _ position: Int, _ reader: ByteReader) -> Bool {
        switch label {
        // How a frame is shown, and text that is drawn.
        case 0xF9, 0x01: true
        case 0xFF: reader[position + 2] == 11
            && reader.text(at: position + 3, count: 11).map { applications.contains($0) } == true
        default: false
        }
    }

    /// Behind the empty block that ends data.
    private static func dataEnd(_ reader: ByteReader, from start: Int) -> Int? {
        var position = start
        while let length = reader[position] {
            position += 1 + Int(length)
            if length == 0 { return position }
        }
        return nil
    }

    private static func colors(_ flags: UInt8) -> Int {
        flags & 0x80 == 0 ? 0 : 3 << (Int(flags & 7) + 1)
    }
}
