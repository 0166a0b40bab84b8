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
            guard let content = Self.international(rest) else { return nil }
            (isDeflated, rest) = (content.flag == 1, content.text)
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

    /// What is behind the key of an `iTXt`: a flag, 1 if the text is deflated and 0 if it is not, and the text. Nil if
    /// it ends before the text.
    static func international(_ data: ArraySlice<UInt8>) -> (flag: UInt8, text: ArraySlice<UInt8>)? {
        // A language and a translation of the key, each up to a zero.
        guard let flag = data.first, let language = data.dropFirst(2).firstIndex(of: 0),
            let translation = data[(language + 1)...].firstIndex(of: 0)
        else { return nil }
        return (flag, data[(translation + 1)...])
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
