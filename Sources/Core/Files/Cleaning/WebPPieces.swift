/// A WebP by the chunks of its RIFF.
enum WebPPieces {
    private static let kept: Set<String> = ["VP8 ", "VP8L", "ALPH", "ANIM", "ANMF", "ICCP"]
    private static let exifFlag: UInt8 = 0x08
    private static let xmpFlag: UInt8 = 0x04

    /// Returns nil if the chunks do not fill the file.
    static func read(_ file: [UInt8], _ rules: MetadataRules) -> FilePieces? {
        let reader = ByteReader(file)
        guard file.count >= 12, let size = reader.little32(at: 4) else { return nil }
        // A last byte that only pads may be missing.
        let end = min(8 + size, file.count)
        guard 8 + size - end <= 1 else { return nil }
        var pieces = FilePieces()
        pieces.keep(0..<12)
        var (position, extended, blocks) = (12, nil as Int?, UInt8(0))
        while position + 8 <= end {
            guard let name = reader.text(at: position, count: 4), let length = reader.little32(at: position + 4),
                position + 8 + length <= end
            else { return nil }
            let next = min(position + 8 + length + length & 1, end)
            let data = file[(position + 8)..<(position + 8 + length)]
            switch name {
            case "VP8X" where extended == nil && length == 10 && position == 12:
                extended = position
                pieces.keep(position..<next)
            case "EXIF":
                let before = pieces.count
                pieces.take(exif: Array(data), at: position..<next, rules) { RIFF.chunk("EXIF", $0) }
                if pieces.count > before { blocks |= exifFlag }
            case "XMP " where blocks & xmpFlag == 0 && rules.keeps(xmp: Array(data)):
                blocks |= xmpFlag
                pieces.keep(position..<next)
            case "C2PA" where rules.keeps(manifest: data):
                pieces.hasManifest = true
                pieces.keep(position..<next)
            default:
                kept.contains(name) ? pieces.keep(position..<next) : pieces.drop()
            }
            position = next
        }
        if position < end { pieces.drop() }
        if pieces.isChanged { correct(&pieces, file, extended: extended != nil, blocks) }
        pieces.finish(file, at: end)
        return pieces
    }

    /// The size of the whole, and which blocks there are.
    private static func correct(_ pieces: inout FilePieces, _ file: [UInt8], extended: Bool, _ blocks: UInt8) {
        let size = pieces.count - 8
        var head = Array(file.prefix(extended ? 30 : 12))
        head.replaceSubrange(4..<8, with: Octets.little(size, 4))
        if extended { head[20] = head[20] & ~(exifFlag | xmpFlag) | blocks }
        pieces.replaceBeginning(of: head.count, with: head)
    }
}
