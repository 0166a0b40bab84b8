/// The beginning of an asset's id as a positive integer: its milliseconds, in 42 bits, and 21 of its random bits.
/// Numbers sort as ids do, and a full-text index can call its rows by them.
///
/// Two assets of one millisecond would have the same number once in two million times; then one takes the next that is
/// free in that millisecond.
enum SearchNumber {
    private static let randomBits: Int64 = 21
    /// The year 2109.
    private static let lastMillisecond: Int64 = (1 << 42) - 1

    static func of(_ id: ID<Asset>) -> Int64 {
        let (high, low) = (bits(of: id, 0..<16), bits(of: id, 16..<20))
        // Behind the milliseconds are 4 bits of the version and 12 random ones, then 2 of the variant.
        let random = (high & 0xFFF) << 9 | (low >> 5) & 0x1FF
        return first(at: Instant(rawValue: Int64(high >> 16))) | Int64(random)
    }

    static func milliseconds(of id: ID<Asset>) -> Int64 { Int64(bits(of: id, 0..<12)) }

    private static func bits(of id: ID<Asset>, _ digits: Range<Int>) -> UInt64 {
        var (place, bits): (Int, UInt64) = (0, 0)
        for byte in id.rawValue.utf8 where place < digits.upperBound {
            guard let value = Hex.value(byte) else { continue }
            if digits.contains(place) { bits = bits << 4 | UInt64(value) }
            place += 1
        }
        return bits
    }

    /// At or before the number of every asset made at this instant or later, and after every earlier one.
    static func first(at instant: Instant) -> Int64 {
        min(max(instant.milliseconds, 0), lastMillisecond) << randomBits
    }

    /// The numbers of its millisecond.
    static func range(around number: Int64) -> ClosedRange<Int64> {
        let random: Int64 = (1 << randomBits) - 1
        return (number & ~random)...(number | random)
    }
}
