/// The elements of a WebM (RFC 8794): an id and a size, each in as many bytes as its first one says.
extension VideoEnd {
    private enum Element {
        static let segment: UInt64 = 0x1853_8067
        static let cluster: UInt64 = 0x1F43_B675
    }

    /// The first byte of a number shows how many follow, which then are awaited together with it.
    mutating func stepInWebM(_ bytes: [UInt8]) {
        let length = bytes[0].leadingZeroBitCount + 1
        switch place {
        case .elementSize(let id):
            guard length <= 8 else { return fail() }
            guard bytes.count == length else { return gather(length, after: bytes, place) }
            step(into: id, size: Self.size(bytes))
        default:
            if bytes[0] == 0 { return expect(.zeros, .element) }
            guard length <= 4 else { return fail() }
            guard bytes.count == length else { return gather(length, after: bytes, .element) }
            expect(.bytes(1), .elementSize(id: bytes.reduce(0) { $0 << 8 | UInt64($1) }))
        }
    }

    private mutating func gather(_ length: Int, after bytes: [UInt8], _ place: Place) {
        gathered = bytes
        expect(.bytes(length), place)
    }

    /// - Parameter size: Nil if it is not known: then its parts follow, up to the next of its like or the end.
    private mutating func step(into id: UInt64, size: Int?) {
        if id == Element.cluster { hasContent = true }
        guard id == Element.segment else {
            guard let size else { return id == Element.cluster ? expect(.bytes(1), .element) : fail() }
            return expect(.skip(size), .element)
        }
        hasIndex = true
        guard let size else { return expect(.bytes(1), .element) }
        guard size > 0 else { return fail() }
        expect(.skip(size), .segment)
    }

    /// Without the bit that showed its length. All ones mean that it is not known.
    private static func size(_ bytes: [UInt8]) -> Int? {
        let bits = 7 * bytes.count
        let value = bytes.reduce(0) { $0 << 8 | UInt64($1) } & (1 << UInt64(bits) - 1)
        return value == 1 << UInt64(bits) - 1 ? nil : Int(value)
    }
}
