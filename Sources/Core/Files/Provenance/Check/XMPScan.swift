/// Looks through a packet of XMP for a few texts: as attributes, as elements, or as `rdf:resource` of an element. No
/// parser of XML: it has no entities of its own and follows nothing, and where a packet is none it ends.
struct XMPScan {
    enum Name: String {
        case sourceType = "Iptc4xmpExt:DigitalSourceType"
        case oldSourceType = "Iptc4xmpExt:DigitalSourcefileType"
        case system = "Iptc4xmpExt:AISystemUsed"
        case systemVersion = "Iptc4xmpExt:AISystemVersionUsed"
        case tool = "xmp:CreatorTool"
        case created = "xmp:CreateDate"
    }

    private var values: [Name: String] = [:]

    init(_ packet: ArraySlice<UInt8>) {
        var rest = packet
        while let start = rest.firstIndex(of: UInt8(ascii: "<")) {
            rest = rest[start...].dropFirst()
            if rest.starts(with: "!--".utf8) {
                guard Self.skip("-->", &rest) else { return }
            } else if rest.first == UInt8(ascii: "?") {
                guard Self.skip("?>", &rest) else { return }
            } else if rest.first == UInt8(ascii: "!") {
                // A declaration could give names and texts another meaning.
                return
            } else {
                guard let end = Self.end(of: rest) else { return }
                take(rest[..<end], before: rest[(end + 1)...])
                rest = rest[(end + 1)...]
            }
        }
    }

    subscript(name: Name) -> String? { values[name] }

    private mutating func set(_ name: Name, _ value: ArraySlice<UInt8>) {
        guard values[name] == nil, value.count <= 2_000, let text = String(validating: value, as: UTF8.self)
        else { return }
        let plain = Self.unescaped(text)
        if !plain.allSatisfy(\.isWhitespace) { values[name] = plain }
    }

    /// - Parameter tag: Without the brackets.
    private mutating func take(_ tag: ArraySlice<UInt8>, before content: ArraySlice<UInt8>) {
        guard let first = tag.first, first != UInt8(ascii: "/") else { return }
        let element = Self.word(tag)
        var rest = tag.dropFirst(element.count)
        let name = Name(rawValue: String(decoding: element, as: UTF8.self))
        while true {
            rest = rest.drop { Self.isBlank($0) || $0 == UInt8(ascii: "/") }
            let attribute = Self.word(rest)
            guard !attribute.isEmpty else { break }
            rest = rest.dropFirst(attribute.count).drop(while: Self.isBlank)
            guard rest.first == UInt8(ascii: "=") else { break }
            rest = rest.dropFirst().drop(while: Self.isBlank)
            guard let quote = rest.first, quote == 0x22 || quote == 0x27,
                let end = rest.dropFirst().firstIndex(of: quote)
            else { break }
            let (value, key) = (rest[(rest.startIndex + 1)..<end], String(decoding: attribute, as: UTF8.self))
            if let name = Name(rawValue: key) { set(name, value) }
            if key == "rdf:resource", let name { set(name, value) }
            rest = rest[(end + 1)...]
        }
        guard let name, tag.last != UInt8(ascii: "/") else { return }
        set(name, content.prefix { $0 != UInt8(ascii: "<") })
    }

    private static func isBlank(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(byte) }

    private static func word(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        bytes.prefix { !isBlank($0) && $0 != UInt8(ascii: "=") && $0 != UInt8(ascii: "/") }
    }

    /// Where a tag ends: a bracket in quotes is a part of a value.
    private static func end(of tag: ArraySlice<UInt8>) -> Int? {
        var quote: UInt8?
        for index in tag.indices {
            switch tag[index] {
            case let byte where byte == quote: quote = nil
            case 0x22 where quote == nil, 0x27 where quote == nil: quote = tag[index]
            case UInt8(ascii: ">") where quote == nil: return index
            default: break
            }
        }
        return nil
    }

    private static func skip(_ end: String, _ rest: inout ArraySlice<UInt8>) -> Bool {
        let end = Array(end.utf8)
        while let start = rest.firstIndex(of: end[0]) {
            rest = rest[start...]
            if rest.starts(with: end) {
                rest = rest.dropFirst(end.count)
                return true
            }
            rest = rest.dropFirst()
        }
        return false
    }

    private static let entities = ["lt": "<", "gt": ">", "amp": "&", "quot": "\"", "apos": "'"]

    private static func unescaped(_ text: String) -> String {
        guard text.contains("&") else { return text }
        var (plain, rest) = ("", text[...])
        while let start = rest.firstIndex(of: "&") {
            plain += rest[..<start]
            rest = rest[start...].dropFirst()
            guard let end = rest.prefix(10).firstIndex(of: ";"), let character = character(rest[..<end]) else {
                plain += "&"
                continue
            }
            plain += character
            rest = rest[end...].dropFirst()
        }
        return plain + rest
    }

    private static func character(_ name: Substring) -> String? {
        guard name.hasPrefix("#") else { return entities[String(name)] }
        let number = name.hasPrefix("#x") ? UInt32(name.dropFirst(2), radix: 16) : UInt32(name.dropFirst())
        return number.flatMap(Unicode.Scalar.init).map { String(Character($0)) }
    }
}
