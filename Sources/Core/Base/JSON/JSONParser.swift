/// Reads JSON text (RFC 8259) in one pass. Foundation's decoder, asked for a value of any shape, tries one type after
/// the other and throws for each that does not fit, which costs ten times as much.
struct JSONParser {
    struct Malformed: Error, Sendable {
        /// Where it stopped, in bytes.
        let position: Int
    }

    /// Deeper values are refused: each level takes stack, here and wherever the value is used.
    private static let depthLimit = 512
    /// More values are refused: each takes some hundred bytes, where its text may take two.
    private static let valueLimit = 200_000

    private let bytes: [UInt8]
    private var position = 0
    private var depth = 0
    private var count = 0

    static func parse(_ bytes: [UInt8]) throws(Malformed) -> JSON {
        var parser = JSONParser(bytes: bytes)
        let value = try parser.value()
        guard parser.peek() == nil else { throw parser.malformed }
        return value
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
        // A byte order mark means nothing in UTF-8, and some editors write one.
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    }

    private var malformed: Malformed { Malformed(position: position) }

    private mutating func value() throws(Malformed) -> JSON {
        count += 1
        guard count <= JSONParser.valueLimit else { throw malformed }
        switch peek() {
        case UInt8(ascii: "{"): return try nested { parser throws(Malformed) in try parser.object() }
        case UInt8(ascii: "["): return try nested { parser throws(Malformed) in try parser.array() }
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return try number()
        }
    }

    private mutating func nested(_ body: (inout JSONParser) throws(Malformed) -> JSON) throws(Malformed) -> JSON {
        depth += 1
        defer { depth -= 1 }
        guard depth <= JSONParser.depthLimit else { throw malformed }
        position += 1
        return try body(&self)
    }

    private mutating func object() throws(Malformed) -> JSON {
        var members: [String: JSON] = [:]
        if take(UInt8(ascii: "}")) { return .object(members) }
        repeat {
            guard peek() == UInt8(ascii: "\"") else { throw malformed }
            let name = try string()
            guard take(UInt8(ascii: ":")) else { throw malformed }
            members[name] = try value()
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "}")) else { throw malformed }
        return .object(members)
    }

    private mutating func array() throws(Malformed) -> JSON {
        var elements: [JSON] = []
        if take(UInt8(ascii: "]")) { return .array(elements) }
        repeat { elements.append(try value()) } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "]")) else { throw malformed }
        return .array(elements)
    }

    private mutating func word(_ word: StaticString, _ value: JSON) throws(Malformed) -> JSON {
        let end = position + word.utf8CodeUnitCount
        guard end <= bytes.count, word.withUTF8Buffer({ bytes[position..<end].elementsEqual($0) }) else {
            throw malformed
        }
        position = end
        return value
    }

    /// The next byte that is not white space. It is not consumed.
    private mutating func peek() -> UInt8? {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            case let byte: return byte
            }
        }
        return nil
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek() == byte else { return false }
        position += 1
        return true
    }
}

extension JSONParser {
    /// Most strings have no escape, and are copied unchanged.
    private mutating func string() throws(Malformed) -> String {
        position += 1
        let start = position
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                guard let text = String(validating: bytes[start..<position], as: UTF8.self) else { throw malformed }
                position += 1
                return text
            case UInt8(ascii: "\\"): return try escapedString(from: start)
            case 0..<0x20: throw malformed
            default: position += 1
            }
        }
        throw malformed
    }

    private mutating func escapedString(from start: Int) throws(Malformed) -> String {
        var plain = Array(bytes[start..<position])
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let text = String(validating: plain, as: UTF8.self) else { throw malformed }
                return text
            case UInt8(ascii: "\\"): plain += try escape()
            case 0..<0x20: throw malformed
            default: plain.append(byte)
            }
        }
        throw malformed
    }

    private mutating func escape() throws(Malformed) -> [UInt8] {
        guard position < bytes.count else { throw malformed }
        position += 1
        switch bytes[position - 1] {
        case UInt8(ascii: "\""): return [0x22]
        case UInt8(ascii: "\\"): return [0x5C]
        case UInt8(ascii: "/"): return [0x2F]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "u"): return Array(String(try scalar()).utf8)
        default: throw malformed
        }
    }

    /// A character beyond the first 65,536 comes as two halves; one half alone is not a character.
    private mutating func scalar() throws(Malformed) -> Character {
        let first = try codeUnit()
        var value = UInt32(first)
        if UTF16.isLeadSurrogate(first) {
            guard position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
                bytes[position + 1] == UInt8(ascii: "u")
            else { throw malformed }
            position += 2
            let second = try codeUnit()
            guard UTF16.isTrailSurrogate(second) else { throw malformed }
            value = 0x10000 + (value - 0xD800) << 10 + (UInt32(second) - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(value) else { throw malformed }
        return Character(scalar)
    }

    private mutating func codeUnit() throws(Malformed) -> UInt16 {
        guard position + 4 <= bytes.count else { throw malformed }
        var value: UInt16 = 0
        for byte in bytes[position..<position + 4] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { throw malformed }
            value = value << 4 | UInt16(digit)
        }
        position += 4
        return value
    }
}

extension JSONParser {
    /// A whole number that 64 bits hold is an integer, however it is written; any other a decimal.
    private mutating func number() throws(Malformed) -> JSON {
        var number = JSONNumber(isNegative: position < bytes.count && bytes[position] == UInt8(ascii: "-"))
        if number.isNegative { position += 1 }
        let whole = digits()
        // No leading zeros.
        guard whole.count == 1 || (whole.count > 1 && bytes[whole.lowerBound] != UInt8(ascii: "0")) else {
            throw malformed
        }
        number.append(bytes[whole], isFraction: false)
        if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
            position += 1
            let fraction = digits()
            guard !fraction.isEmpty else { throw malformed }
            number.append(bytes[fraction], isFraction: true)
        }
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            position += 1
            let isNegative = position < bytes.count && bytes[position] == UInt8(ascii: "-")
            if isNegative || position < bytes.count && bytes[position] == UInt8(ascii: "+") { position += 1 }
            let exponent = digits()
            guard !exponent.isEmpty else { throw malformed }
            number.scale(by: bytes[exponent], isNegative: isNegative)
        }
        guard let value = number.value else { throw malformed }
        return value
    }

    private mutating func digits() -> Range<Int> {
        let start = position
        while position < bytes.count, (48...57).contains(bytes[position]) { position += 1 }
        return start..<position
    }
}
