/// Numbers out of a file's first bytes. Returns nil past the end and never traps: a file may claim what it does not
/// hold.
struct ByteReader {
    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    subscript(_ position: Int) -> UInt8? {
        bytes.indices.contains(position) ? bytes[position] : nil
    }

    func big16(at position: Int) -> Int? { number(at: position, count: 2) }
    func big32(at position: Int) -> Int? { number(at: position, count: 4) }

    func little16(at position: Int) -> Int? { number(at: position, count: 2, isLittle: true) }
    func little24(at position: Int) -> Int? { number(at: position, count: 3, isLittle: true) }
    func little32(at position: Int) -> Int? { number(at: position, count: 4, isLittle: true) }

    func text(at position: Int, count: Int) -> String? {
        slice(at: position, count: count).map { String(decoding: $0, as: UTF8.self) }
    }

    private func number(at position: Int, count: Int, isLittle: Bool = false) -> Int? {
        guard let slice = slice(at: position, count: count) else { return nil }
        return (isLittle ? Array(slice.reversed()) : Array(slice)).reduce(0) { $0 << 8 | Int($1) }
    }

    private func slice(at position: Int, count: Int) -> ArraySlice<UInt8>? {
        guard position >= 0, position + count <= bytes.count else { return nil }
        return bytes[position..<(position + count)]
    }
}
