extension FoundMetadata {
    mutating func readPNG(_ file: [UInt8]) {
        let reader = ByteReader(file)
        var (position, steps) = (8, 0)
        while steps < Self.mostPieces, let length = reader.big32(at: position),
            let name = reader.text(at: position + 4, count: 4)
        {
            steps += 1
            let end = position + 12 + length
            guard end <= file.count else {
                if name == "caBX" { refuseManifest(.malformed) }
                return
            }
            take(name, file[(position + 8)..<(end - 4)], at: position..<end)
            if name == "IEND" { return }
            position = end
        }
    }

    private mutating func take(_ name: String, _ data: ArraySlice<UInt8>, at range: Range<Int>) {
        switch name {
        case "caBX":
            add(manifest: Array(data), at: [range])
        case "tEXt", "zTXt", "iTXt":
            guard let key = PNGText.key(of: data), isWanted(key), let text = PNGText(name, data) else { return }
            key == PNGText.xmp ? add(xmp: text.bytes) : add(text)
        default:
            break
        }
    }
}

/// A text of a PNG, inflated if it was deflated. Nil if that fails or would be longer than a text may be.
struct PNGText: Sendable {
    static let xmp = "XML:com.adobe.xmp"
    static let limit = 64 << 10

    let key: String
    let bytes: ArraySlice<UInt8>
    private let isLatin: Bool

    /// - Parameter data: Of a chunk `tEXt`, `zTXt` or `iTXt`.
    init?(_ name: String, _ data: ArraySlice<UInt8>) {
        guard let key = Self.key(of: data) else { return nil }
        self.key = key
        isLatin = name != "iTXt"
        var (rest, isDeflated) = (data.dropFirst(key.utf8.count + 1), name == "zTXt")
        switch name {
        case "zTXt":
            guard rest.first == 0 else { return nil }
            rest = rest.dropFirst()
        case "iTXt":
            guard rest.count >= 4 else { return nil }
            isDeflated = rest[rest.startIndex] == 1
            // A language and a translation of the key, each up to a zero.
            guard let language = rest.dropFirst(2).firstIndex(of: 0),
                let translation = rest[(language + 1)...].firstIndex(of: 0)
            else { return nil }
            rest = rest[(translation + 1)...]
        default:
            break
        }
        if isDeflated {
            guard let inflated = Inflate.zlib(rest, limit: Self.limit) else { return nil }
            rest = inflated[...]
        }
        guard rest.count <= Self.limit else { return nil }
        bytes = rest
    }

    /// Returns nil unless it is ASCII and ends where a key has to.
    static func key(of data: ArraySlice<UInt8>) -> String? {
        guard let end = data.prefix(80).firstIndex(of: 0), data[..<end].allSatisfy({ $0 < 0x80 }) else { return nil }
        return String(decoding: data[..<end], as: UTF8.self)
    }

    /// Latin-1 by the standard, unless it is an `iTXt`. Some programs write UTF-8 all the same.
    var value: String {
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        guard isLatin else { return String(decoding: bytes, as: UTF8.self) }
        return String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
    }
}
