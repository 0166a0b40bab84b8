import Foundation

/// Writes JSON text piece by piece: without spaces, escaping only what must be escaped.
struct JSONWriter {
    private(set) var bytes: [UInt8] = []

    var text: String { String(decoding: bytes, as: UTF8.self) }

    init() {
        bytes.reserveCapacity(512)
    }

    mutating func write(_ value: JSON) {
        switch value {
        case .null: null()
        case .bool(let bool): write(bool)
        case .integer(let integer): write(integer)
        case .decimal(let decimal): write(decimal)
        case .string(let string): write(string)
        case .array(let elements): write(elements)
        case .object(let members): write(members)
        }
    }

    /// Sorted by name, so that equal values have equal text.
    mutating func write(_ members: [String: JSON]) {
        mark("{")
        for (index, member) in members.sorted(by: { $0.key < $1.key }).enumerated() {
            if index > 0 { mark(",") }
            write(member.key)
            mark(":")
            write(member.value)
        }
        mark("}")
    }

    mutating func write(_ elements: [JSON]) {
        mark("[")
        for (index, element) in elements.enumerated() {
            if index > 0 { mark(",") }
            write(element)
        }
        mark("]")
    }

    mutating func null() { bytes += "null".utf8 }

    mutating func write(_ bool: Bool) { bytes += (bool ? "true" : "false").utf8 }

    mutating func write(_ integer: some BinaryInteger) { bytes += String(integer).utf8 }

    /// JSON has no infinity; `null` is what JavaScript writes for it.
    mutating func write(_ decimal: Decimal) { if decimal.isFinite { bytes += "\(decimal)".utf8 } else { null() } }

    /// As `decimal` would be written, without converting to one.
    mutating func write(_ credits: Credits) {
        let (whole, part) = credits.hundredths.magnitude.quotientAndRemainder(dividingBy: 100)
        if credits < .zero { mark("-") }
        write(whole)
        guard part > 0 else { return }
        mark(".")
        write(part / 10)
        if part % 10 > 0 { write(part % 10) }
    }

    mutating func write(_ string: String) {
        mark("\"")
        var string = string
        string.withUTF8 { utf8 in
            var start = 0
            for (index, byte) in utf8.enumerated()
                where byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
                bytes += utf8[start..<index]
                escape(byte)
                start = index + 1
            }
            bytes += utf8[start...]
        }
        mark("\"")
    }

    mutating func mark(_ character: Unicode.Scalar) { bytes.append(UInt8(ascii: character)) }

    private mutating func escape(_ byte: UInt8) {
        mark("\\")
        switch byte {
        case 0x08: mark("b")
        case 0x09: mark("t")
        case 0x0A: mark("n")
        case 0x0C: mark("f")
        case 0x0D: mark("r")
        case 0..<0x20:
            bytes += "u00".utf8
            bytes += [Hex.digit(byte >> 4), Hex.digit(byte & 15)]
        default: bytes.append(byte)
        }
    }
}
