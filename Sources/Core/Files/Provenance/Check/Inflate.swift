/// Inflates what zlib deflated (RFC 1950 and 1951), up to a bound. For short texts from outside: it favors being small
/// over being fast.
struct Inflate {
    private let input: ArraySlice<UInt8>
    private let limit: Int
    private var position: Int
    private var bit: UInt8 = 0
    private var output: [UInt8] = []

    private struct Damaged: Error {}

    /// Returns nil if the bytes are damaged, or would be more than `limit`.
    static func zlib(_ bytes: ArraySlice<UInt8>, limit: Int) -> [UInt8]? {
        let head = Array(bytes.prefix(2))
        // Deflated, and without a dictionary that nobody has.
        guard head.count == 2, head[0] & 15 == 8, head[1] & 0x20 == 0, (Int(head[0]) << 8 | Int(head[1])) % 31 == 0
        else { return nil }
        var inflate = Inflate(bytes.dropFirst(2), limit: limit)
        do { try inflate.run() } catch { return nil }
        return inflate.output
    }

    private init(_ input: ArraySlice<UInt8>, limit: Int) {
        self.input = input
        self.limit = limit
        position = input.startIndex
    }

    private mutating func run() throws(Damaged) {
        var isLast = false
        while !isLast {
            isLast = try bits(1) == 1
            switch try bits(2) {
            case 0: try copyStored()
            case 1: try copyCoded(Self.fixedLengths, Self.fixedDistances)
            case 2:
                let (lengths, distances) = try codes()
                try copyCoded(lengths, distances)
            default: throw Damaged()
            }
        }
    }

    private mutating func bits(_ count: Int) throws(Damaged) -> Int {
        var value = 0
        for index in 0..<count {
            guard position < input.endIndex else { throw Damaged() }
            value |= Int(input[position] >> bit & 1) << index
            bit += 1
            if bit == 8 { (bit, position) = (0, position + 1) }
        }
        return value
    }

    private mutating func write(_ byte: UInt8) throws(Damaged) {
        guard output.count < limit else { throw Damaged() }
        output.append(byte)
    }

    private mutating func copyStored() throws(Damaged) {
        if bit > 0 { (bit, position) = (0, position + 1) }
        let length = try bits(16)
        guard try bits(16) == ~length & 0xFFFF, input.endIndex - position >= length, output.count + length <= limit
        else { throw Damaged() }
        output += input[position..<position + length]
        position += length
    }

    private mutating func copyCoded(_ lengths: Code, _ distances: Code) throws(Damaged) {
        while true {
            let symbol = try symbol(lengths)
            switch symbol {
            case ..<256: try write(UInt8(symbol))
            case 256: return
            default:
                guard symbol - 257 < Self.lengthBases.count else { throw Damaged() }
                let length = Self.lengthBases[symbol - 257] + (try bits(Self.lengthBits[symbol - 257]))
                let place = try self.symbol(distances)
                guard place < Self.distanceBases.count else { throw Damaged() }
                let distance = Self.distanceBases[place] + (try bits(max(0, place / 2 - 1)))
                guard distance <= output.count else { throw Damaged() }
                for _ in 0..<length { try write(output[output.count - distance]) }
            }
        }
    }

    private mutating func symbol(_ code: Code) throws(Damaged) -> Int {
        var (value, first, index) = (0, 0, 0)
        for length in 1...15 {
            value |= try bits(1)
            let count = code.counts[length]
            if value - count < first { return code.symbols[index + value - first] }
            (index, first) = (index + count, (first + count) << 1)
            value <<= 1
        }
        throw Damaged()
    }

    /// The two codes that a block brings, themselves coded.
    private mutating func codes() throws(Damaged) -> (Code, Code) {
        let (lengthCount, distanceCount, codeCount) = (try bits(5) + 257, try bits(5) + 1, try bits(4) + 4)
        guard lengthCount <= 286, distanceCount <= 30 else { throw Damaged() }
        var lengths = [Int](repeating: 0, count: 19)
        for index in 0..<codeCount { lengths[Self.order[index]] = try bits(3) }
        guard let code = Code.checked(lengths) else { throw Damaged() }
        var read: [Int] = []
        while read.count < lengthCount + distanceCount {
            let symbol = try symbol(code)
            switch symbol {
            case 16:
                guard let last = read.last else { throw Damaged() }
                read += [Int](repeating: last, count: try bits(2) + 3)
            case 17: read += [Int](repeating: 0, count: try bits(3) + 3)
            case 18: read += [Int](repeating: 0, count: try bits(7) + 11)
            default: read.append(symbol)
            }
        }
        guard read.count == lengthCount + distanceCount, let lengths = Code.checked(Array(read[..<lengthCount])),
            let distances = Code.checked(Array(read[lengthCount...]))
        else { throw Damaged() }
        return (lengths, distances)
    }

    /// A canonical code of Huffman's: how many symbols have a length, and the symbols in the order of their codes.
    private struct Code {
        var counts = [Int](repeating: 0, count: 16)
        let symbols: [Int]

        /// Returns nil if there are more symbols than codes.
        static func checked(_ lengths: [Int]) -> Code? {
            let code = Code(lengths)
            var left = 1
            for length in 1...15 {
                left = left << 1 - code.counts[length]
                if left < 0 { return nil }
            }
            return code
        }

        init(_ lengths: [Int]) {
            for length in lengths where length > 0 { counts[length] += 1 }
            symbols = (1...15).flatMap { length in lengths.indices.filter { lengths[$0] == length } }
        }
    }

    private static let fixedLengths = Code(
        [Int](repeating: 8, count: 144) + [Int](repeating: 9, count: 112) + [Int](repeating: 7, count: 24)
            + [Int](repeating: 8, count: 8))
    private static let fixedDistances = Code([Int](repeating: 5, count: 30))
    private static let order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
    private static let lengthBases = [
        3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227,
        258,
    ]
    private static let lengthBits = [
        0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
    ]
    private static let distanceBases = [
        1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097,
        6145, 8193, 12_289, 16_385, 24_577,
    ]
}
