/// A block of EXIF, which is a small TIFF. Reads its first directory and the one that this names for the exposure, and
/// nothing that they lead to: no maker's note, no place, no thumbnail.
struct ExifBlock {
    /// From 1 to 8; 1 if it says none.
    let orientation: Int
    /// Whether it has only what may stay, and every byte is accounted for.
    let isClean: Bool
    /// A new block with who made the picture and whose it is; nil if it does not say.
    let credits: [UInt8]?

    private static let mark = JPEGSegment.exif

    init?(_ block: [UInt8]) {
        let tiff = block.starts(with: Self.mark) ? Array(block.dropFirst(Self.mark.count)) : block
        guard let reader = TIFFReader(tiff), let main = reader.directory(at: reader.first) else { return nil }
        let orientation = main.entries.first { $0.tag == Tag.orientation }?.number ?? 1
        self.orientation = (1...8).contains(orientation) ? orientation : 1
        credits = Self.block(
            artist: main.text(Tag.artist), copyright: main.text(Tag.copyright))
        let exposure = main.entries.first { $0.tag == Tag.exposure }.flatMap { $0.number }
            .map { reader.directory(at: $0) }
        isClean = Self.isClean(main, exposure, of: tiff.count)
    }

    private enum Tag {
        static let (orientation, artist, copyright, exposure) = (0x0112, 0x013B, 0x8298, 0x8769)
    }

    /// Resolution, position of color samples, program, artist, copyright.
    private static let inMain: Set<Int> = [
        0x0112, 0x011A, 0x011B, 0x0128, 0x0131, 0x013B, 0x0213, 0x8298, 0x8769,
    ]
    /// Versions, order of components, color space, size.
    private static let inExposure: Set<Int> = [0x9000, 0x9101, 0xA000, 0xA001, 0xA002, 0xA003]

    /// - Parameter exposure: Nil if none is named, and nil within if it cannot be read.
    private static func isClean(
        _ main: TIFFReader.Directory, _ exposure: TIFFReader.Directory??, of size: Int
    ) -> Bool {
        guard main.next == 0, main.entries.allSatisfy({ inMain.contains($0.tag) && $0.isShort }),
            main.entries.allSatisfy({ $0.tag != Tag.orientation || $0.number == 1 })
        else { return false }
        var length = 8 + main.length
        if let exposure {
            guard let exposure, exposure.next == 0,
                exposure.entries.allSatisfy({ inExposure.contains($0.tag) && $0.isShort })
            else { return false }
            length += exposure.length
        }
        // A little room for padding, and none for what a pointer used to lead to.
        return size <= length + 32
    }

    private static func block(artist: String?, copyright: String?) -> [UInt8]? {
        let texts = [(Tag.artist, artist), (Tag.copyright, copyright)]
            .compactMap { tag, text in text.map { (tag, $0) } }
        guard !texts.isEmpty else { return nil }
        var entries = Octets.little(texts.count, 2)
        var values: [UInt8] = []
        let start = 8 + 2 + texts.count * 12 + 4
        for (tag, text) in texts {
            let value = Array(text.utf8) + [0]
            entries += Octets.little(tag, 2) + Octets.little(2, 2) + Octets.little(value.count, 4)
            if value.count <= 4 {
                entries += value + [UInt8](repeating: 0, count: 4 - value.count)
            } else {
                entries += Octets.little(start + values.count, 4)
                values += value + [UInt8](repeating: 0, count: value.count & 1)
            }
        }
        return Array("II*\0".utf8) + Octets.little(8, 4) + entries + Octets.little(0, 4) + values
    }
}
