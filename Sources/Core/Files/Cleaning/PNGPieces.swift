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
    private static let xmp = "XML:com.adobe.xmp"

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
            pieces.take(exif: Array(data), at: range, rules) { chunk("eXIf", $0) }
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
        guard key == xmp, name == "iTXt" else { return texts.contains(key) }
        // Not compressed; a language and a translation of the key, each up to a zero.
        let rest = text[(end + 1)...]
        guard rest.first == 0, let language = rest.dropFirst(2).firstIndex(of: 0),
            let translation = rest[(language + 1)...].firstIndex(of: 0)
        else { return false }
        return rules.keeps(xmp: Array(rest[(translation + 1)...]))
    }

    private static func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
        func big(_ number: UInt32) -> [UInt8] { [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) } }
        let body = Array(name.utf8) + data
        return big(UInt32(data.count)) + body + big(CRC32.of(body))
    }
}

/// The checksum of PNG's chunks.
enum CRC32 {
    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ value >> 1 : value >> 1 }
    }

    static func of(_ bytes: some Sequence<UInt8>) -> UInt32 {
        ~bytes.reduce(~0) { table[Int(($0 ^ UInt32($1)) & 255)] ^ $0 >> 8 }
    }
}
