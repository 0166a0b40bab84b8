import Foundation

/// A number of a JSON text, read digit by digit. It costs no more than its text: nothing is written out that the text
/// only describes, such as the zeros of `1e30`.
struct JSONNumber {
    /// As many digits as a decimal holds; further ones are dropped, which RFC 8259 §6 leaves to the reader.
    private static let digitLimit = 38
    /// A number of more digits before its point is refused: nothing here is that large.
    private static let sizeLimit = 40
    /// A number with more zeros after its point is zero.
    private static let precisionLimit = 60

    let isNegative: Bool
    /// The first nineteen of the digits from the first that is not zero to the last.
    private var high: UInt64 = 0
    /// The others.
    private var low: UInt64 = 0
    private var count = 0
    /// They count only if another digit follows.
    private var zeros = 0
    /// The value is `0.` and the digits, times ten to this power.
    private var scale = 0

    init(isNegative: Bool) {
        self.isNegative = isNegative
    }

    mutating func append(_ digits: ArraySlice<UInt8>, isFraction: Bool) {
        for digit in digits {
            let digit = UInt64(digit - UInt8(ascii: "0"))
            if count == 0 && digit == 0 {
                if isFraction { scale -= 1 }
                continue
            }
            if !isFraction { scale += 1 }
            if digit == 0 {
                zeros += 1
            } else {
                while zeros > 0 {
                    push(0)
                    zeros -= 1
                }
                push(digit)
            }
        }
    }

    private mutating func push(_ digit: UInt64) {
        guard count < JSONNumber.digitLimit else { return }
        if count < 19 { high = high * 10 + digit } else { low = low * 10 + digit }
        count += 1
    }

    mutating func scale(by digits: ArraySlice<UInt8>, isNegative: Bool) {
        // A longer exponent is out of range whatever the digits are, and must not overflow.
        let size = digits.reduce(0) { min($0 * 10 + Int($1 - UInt8(ascii: "0")), 1 << 32) }
        scale += isNegative ? -size : size
    }

    /// Nil if it is too large.
    var value: JSON? {
        guard count > 0, scale >= -JSONNumber.precisionLimit else { return .integer(0) }
        guard scale <= JSONNumber.sizeLimit else { return nil }
        if let integer { return .integer(integer) }
        let digits = count > 19
            ? Decimal(sign: .plus, exponent: count - 19, significand: Decimal(high)) + Decimal(low)
            : Decimal(high)
        return .decimal(Decimal(sign: isNegative ? .minus : .plus, exponent: scale - count, significand: digits))
    }

    /// Nil if it has a fraction, or is beyond 64 bits.
    private var integer: Int64? {
        guard count <= 19, scale >= count, scale <= 19 else { return nil }
        var magnitude = high
        for _ in count..<scale { magnitude *= 10 }
        guard isNegative else { return Int64(exactly: magnitude) }
        return magnitude <= Int64.min.magnitude ? Int64(truncatingIfNeeded: 0 &- magnitude) : nil
    }
}
