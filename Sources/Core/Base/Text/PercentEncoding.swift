/// Percent-encoding of text in UTF-8 (RFC 3986 §2.1): for addresses, forms and header fields.
package enum PercentEncoding {
    /// The characters that stay as they are.
    package enum Kept: Sendable {
        /// Letters, digits and `-._~` (RFC 3986 §2.3): safe in every part of an address, and in a form.
        case unreserved
        /// What a parameter's value in a header field may hold (`attr-char`, RFC 8187 §3.2.1).
        case attribute
    }

    package static func encode(_ text: String, keeping kept: Kept = .unreserved) -> String {
        var encoded: [UInt8] = []
        encoded.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            if kept.contains(byte) {
                encoded.append(byte)
            } else {
                encoded += [UInt8(ascii: "%"), digit(byte >> 4), digit(byte & 15)]
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }

    /// Returns nil if a percent sign begins no byte, or if the bytes are not UTF-8.
    ///
    /// - Parameter plusIsSpace: As in a form, where a space may be written as `+`.
    package static func decode(_ text: some StringProtocol, plusIsSpace: Bool = false) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8.makeIterator()
        while let byte = rest.next() {
            switch byte {
            case UInt8(ascii: "+") where plusIsSpace: bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let high = rest.next().flatMap(value), let low = rest.next().flatMap(value) else { return nil }
                bytes.append(high << 4 | low)
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    /// In upper case, as RFC 3986 asks of those who write.
    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? Hex.digit(value) : UInt8(ascii: "A") + value - 10
    }

    /// Of a digit in either case, as it asks of those who read.
    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: Hex.value(digit)
        }
    }
}

extension PercentEncoding.Kept {
    fileprivate func contains(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        case UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "&"), UInt8(ascii: "+"),
            UInt8(ascii: "^"), UInt8(ascii: "`"), UInt8(ascii: "|"):
            self == .attribute
        default: false
        }
    }
}

extension String {
    /// For one part of a path, or one value of a query.
    package var percentEncoded: String { PercentEncoding.encode(self) }
}
