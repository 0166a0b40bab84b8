/// ASN.1 in its distinguished encoding (X.690), as far as a certificate needs it: nothing longer than 16 MB.
enum DER {
    static func value(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
        let length: [UInt8] = switch content.count {
        case 0..<0x80: [UInt8(content.count)]
        case ..<0x100: [0x81] + Octets.big(content.count, 1)
        case ..<0x1_0000: [0x82] + Octets.big(content.count, 2)
        default: [0x83] + Octets.big(content.count, 3)
        }
        return [tag] + length + content
    }

    static func sequence(_ parts: [[UInt8]]) -> [UInt8] { value(0x30, parts.flatMap { $0 }) }
    static func set(_ part: [UInt8]) -> [UInt8] { value(0x31, part) }
    static func octets(_ bytes: [UInt8]) -> [UInt8] { value(0x04, bytes) }
    static func text(_ text: String) -> [UInt8] { value(0x0C, Array(text.utf8)) }
    static let `true`: [UInt8] = value(0x01, [0xFF])

    /// - Parameter unused: Bits at the end that do not count.
    static func bits(_ bytes: [UInt8], unused: UInt8 = 0) -> [UInt8] { value(0x03, [unused] + bytes) }

    /// Of a number that is not negative.
    ///
    /// - Parameter bytes: With the highest first.
    static func integer(_ bytes: [UInt8]) -> [UInt8] {
        let digits = Array(bytes.drop { $0 == 0 })
        guard let first = digits.first else { return value(0x02, [0]) }
        return value(0x02, first & 0x80 == 0 ? digits : [0] + digits)
    }

    static func object(_ numbers: Int...) -> [UInt8] {
        let rest = numbers.dropFirst(2).flatMap { number -> [UInt8] in
            var digits = [UInt8(number & 0x7F)]
            var left = number >> 7
            while left > 0 {
                digits.insert(UInt8(left & 0x7F) | 0x80, at: 0)
                left >>= 7
            }
            return digits
        }
        return value(0x06, [UInt8(numbers[0] * 40 + numbers[1])] + rest)
    }

    /// Of two digits for the year up to 2049, as RFC 5280 asks, and four from then on.
    static func time(_ instant: Instant) -> [UInt8] {
        let digits = instant.text.prefix(19).filter { $0.isNumber }
        return digits < "2050" ? value(0x17, Array((digits.dropFirst(2) + "Z").utf8))
            : value(0x18, Array((digits + "Z").utf8))
    }
}
