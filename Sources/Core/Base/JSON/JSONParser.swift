/// Reads JSON text (RFC 8259) in one pass. Foundation's decoder, asked for a value of any shape, tries one type after
/// the other and throws for each that does not fit, which costs ten times as much.
struct JSONParser {
    typealias Malformed = MalformedJSON

    enum Reading: Sendable {
        /// What the standard allows, and nothing else.
        case strict
        /// What other programs write as JSON and is not: NaN and infinities, numbers that nothing holds, halves of
        /// characters, bytes that are not UTF-8, control characters. Its structure is read as strictly.
        case tolerant
    }

    /// Deeper values are refused: each level takes stack, here and wherever the value is used.
    private static let depthLimit = 512
    /// More values are refused: each takes some hundred bytes, where its text may take two.
    private static let valueLimit = 200_000
    /// What is read tolerantly is stored within a value of this program and read strictly from then on.
    private static let roomForEnvelope = 12

    private let bytes: [UInt8]
    private let isTolerant: Bool
    private let depthLimit: Int
    private let valueLimit: Int
    private var position = 0
    private var depth = 0
    private var count = 0

    static func parse(_ bytes: [UInt8], _ reading: Reading = .strict) throws(Malformed) -> JSON {
        var parser = JSONParser(bytes: bytes, isTolerant: reading == .tolerant)
        let value = try parser.value()
        guard parser.peek() == nil else { throw parser.malformed(.textBehindTheEnd) }
        return value
    }

    private init(bytes: [UInt8], isTolerant: Bool) {
        self.bytes = bytes
        self.isTolerant = isTolerant
        let room = isTolerant ? JSONParser.roomForEnvelope : 0
        depthLimit = JSONParser.depthLimit - room
        valueLimit = JSONParser.valueLimit - room
        // A byte order mark means nothing in UTF-8, and some editors write one.
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    }

    private func malformed(_ problem: Malformed.Problem) -> Malformed { Malformed(problem, at: position) }

    /// The next byte is not what has to follow.
    private var unexpected: Malformed { malformed(position < bytes.count ? .unexpectedCharacter : .endsEarly) }

    private mutating func value() throws(Malformed) -> JSON {
        count += 1
        guard count <= valueLimit else { throw malformed(.tooManyValues(limit: valueLimit)) }
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
        guard depth <= depthLimit else { throw malformed(.tooDeep(limit: depthLimit)) }
        position += 1
        return try body(&self)
    }

    private mutating func object() throws(Malformed) -> JSON {
        var members: [String: JSON] = [:]
        if take(UInt8(ascii: "}")) { return .object(members) }
        repeat {
            guard peek() == UInt8(ascii: "\"") else { throw unexpected }
            let name = try string()
            guard take(UInt8(ascii: ":")) else { throw unexpected }
            do throws(Malformed) { members[name] = try value() } catch { throw error.inside(name) }
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "}")) else { throw unexpected }
        return .object(members)
    }

    private mutating func array() throws(Malformed) -> JSON {
        var elements: [JSON] = []
        if take(UInt8(ascii: "]")) { return .array(elements) }
        repeat {
            do throws(Malformed) { elements.append(try value()) } catch { throw error.inside(String(elements.count)) }
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "]")) else { throw unexpected }
        return .array(elements)
    }

    private mutating func word(_ word: StaticString, _ value: JSON) throws(Malformed) -> JSON {
        guard take(word) else { throw unexpected }
        return value
    }

    private mutating func take(_ word: StaticString) -> Bool {
        let end = position + word.utf8CodeUnitCount
        guard end <= bytes.count, word.withUTF8Buffer({ bytes[position..<end].elementsEqual($0) }) else {
            return false
        }
        position = end
        return true
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
                let text = try text(bytes[start..<position], from: start)
                position += 1
                return text
            case UInt8(ascii: "\\"): return try escapedString(from: start)
            case 0..<0x20 where !isTolerant: throw malformed(.controlCharacter)
            default: position += 1
            }
        }
        throw malformed(.endsEarly)
    }

    private mutating func escapedString(from start: Int) throws(Malformed) -> String {
        var plain = Array(bytes[start..<position])
        while position < bytes.count {
            let byte = bytes[position]
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                return try text(plain[...], from: start)
            case UInt8(ascii: "\\"):
                position += 1
                plain += try escape()
            case 0..<0x20 where !isTolerant: throw malformed(.controlCharacter)
            default:
                position += 1
                plain.append(byte)
            }
        }
        throw malformed(.endsEarly)
    }

    /// In a tolerant reading, what is no character is U+FFFD, and so is U+0000, which no database stores.
    private func text(_ utf8: ArraySlice<UInt8>, from start: Int) throws(Malformed) -> String {
        guard isTolerant else {
            guard let text = String(validating: utf8, as: UTF8.self) else { throw Malformed(.notUTF8, at: start) }
            return text
        }
        let text = String(decoding: utf8, as: UTF8.self)
        guard text.utf8.contains(0) else { return text }
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { scalars.append(scalar == "\0" ? "\u{FFFD}" : scalar) }
        return String(scalars)
    }

    private mutating func escape() throws(Malformed) -> [UInt8] {
        guard position < bytes.count else { throw malformed(.endsEarly) }
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
        default: throw Malformed(.escape, at: position - 2)
        }
    }

    /// A character beyond the first 65,536 comes as two halves; one half alone is not a character.
    private mutating func scalar() throws(Malformed) -> Character {
        let start = position - 2
        let first = try codeUnit()
        if let scalar = Unicode.Scalar(first) { return Character(scalar) }
        let end = position
        if UTF16.isLeadSurrogate(first), take("\\u") {
            let second = try codeUnit()
            if UTF16.isTrailSurrogate(second) {
                let value = 0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00)
                if let scalar = Unicode.Scalar(value) { return Character(scalar) }
            }
        }
        guard isTolerant else { throw Malformed(.halfCharacter, at: start) }
        // The other escape is a character of its own.
        position = end
        return "\u{FFFD}"
    }

    private mutating func codeUnit() throws(Malformed) -> UInt16 {
        guard position + 4 <= bytes.count else { throw malformed(.endsEarly) }
        var value: UInt16 = 0
        for byte in bytes[position..<position + 4] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { throw malformed(.escape) }
            value = value << 4 | UInt16(digit)
        }
        position += 4
        return value
    }
}

extension JSONParser {
    /// A whole number that 64 bits hold is an integer, however it is written; any other a decimal.
    private mutating func number() throws(Malformed) -> JSON {
        let start = position
        var number = JSONNumber(isNegative: position < bytes.count && bytes[position] == UInt8(ascii: "-"))
        if number.isNegative { position += 1 }
        if take("NaN") || take("Infinity") { return try unbounded(.notFinite, from: start) }
        let whole = digits()
        guard !whole.isEmpty else { throw number.isNegative ? malformed(.number) : unexpected }
        // No leading zeros.
        guard whole.count == 1 || bytes[whole.lowerBound] != UInt8(ascii: "0") else {
            throw Malformed(.number, at: start)
        }
        number.append(bytes[whole], isFraction: false)
        if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
            position += 1
            let fraction = digits()
            guard !fraction.isEmpty else { throw malformed(.number) }
            number.append(bytes[fraction], isFraction: true)
        }
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            position += 1
            let isNegative = position < bytes.count && bytes[position] == UInt8(ascii: "-")
            if isNegative || position < bytes.count && bytes[position] == UInt8(ascii: "+") { position += 1 }
            let exponent = digits()
            guard !exponent.isEmpty else { throw malformed(.number) }
            number.scale(by: bytes[exponent], isNegative: isNegative)
        }
        guard let value = number.value else { return try unbounded(.numberTooLarge, from: start) }
        return value
    }

    /// `null` is what JavaScript writes for a number that JSON cannot hold.
    private func unbounded(_ problem: Malformed.Problem, from start: Int) throws(Malformed) -> JSON {
        guard isTolerant else { throw Malformed(problem, at: start) }
        return .null
    }

    private mutating func digits() -> Range<Int> {
        let start = position
        while position < bytes.count, (48...57).contains(bytes[position]) { position += 1 }
        return start..<position
    }
}
