/// A PNG by its chunks.
enum PNGPieces {
    /// What the picture needs, or its colors or its frames.
    private static let kept: Set<String> = [
        "IHDR", "PLTE", "IDAT", "IEND", "tRNS", "gAMA", "cHRM", "sRGB", "cICP", "sBIT", "pHYs", "iCCP", "bKGD", "hIST",
        "sPLT", "mDCV", "mDCv", "cLLI", "cLLi", "acTL", "fcTL", "fdAT",
    ]
    /// Texts that say who made the picture, and those that programs write how they generated it into: their users want
    /// them read back.
    private static let texts: Set<String> = [
        "Title", "Author", "Copyright", "Software", "Disclaimer", "parameters", "prompt", "workflow", "extras",
        "postprocessing", "invokeai_metadata", "invokeai_graph", "invokeai_workflow", "sd-metadata", "Dream",
        "generation_data", "fooocus_scheme", "darkroom",
    ]

    /// Returns nil if the chunks do not lead to the end.
    static func read(_ file: [UInt8], _ rules: MetadataRules) -> FilePieces? {
        guard file.count >= 8 else { return nil }
        let reader = ByteReader(file)
        var pieces = FilePieces()
        pieces.keep(0..<8)
        var position = 8
        while let length = reader.big32(at: position), let name = reader.text(at: position + 4, count: 4) {
            let end = position + 12 + length
            guard end <= file.count else { return nil }
            take(name, file[(position + 8)..<(end - 4)], position..<end, rules, &pieces)
            position = end
            if name == "IEND" {
                pieces.finish(file, at: end)
                return pieces
            }
        }
        return nil
    }

    private static func take(
        _ name: String, _ data: ArraySlice<UInt8>, _ range: Range<Int>, _ rules: MetadataRules,
        _ pieces: inout FilePieces
    ) {
        switch name {
        case "eXIf":
            pieces.take(exif: Array(data), at: range, rules) { PNGChunks.chunk("eXIf", $0) }
        case "tEXt", "zTXt", "iTXt":
            keeps(text: data, name, rules) ? pieces.keep(range) : pieces.drop()
        case "caBX" where rules.keeps(manifest: data):
            pieces.hasManifest = true
            pieces.keep(range)
        default:
            kept.contains(name) ? pieces.keep(range) : pieces.drop()
        }
    }

    private static func keeps(text: ArraySlice<UInt8>, _ name: String, _ rules: MetadataRules) -> Bool {
        guard let end = text.prefix(80).firstIndex(of: 0), rules.keeping == .credits else { return false }
        let key = String(decoding: text[..<end], as: UTF8.self)
        guard key == PNGText.xmp, name == "iTXt" else { return texts.contains(key) }
        guard let content = PNGText.international(text[(end + 1)...]), content.flag == 0 else { return false }
        return rules.keeps(xmp: Array(content.text))
    }
}
