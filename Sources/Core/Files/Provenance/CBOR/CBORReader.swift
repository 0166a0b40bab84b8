/// Reads CBOR that comes from outside: nothing deeper than it may be, and nothing longer than its bytes. Numbers with a
/// fraction are read as null, for nothing that is asked of a manifest has one.
struct CBORReader {
    enum Failure: Error, Hashable {
        case truncated
        case tooDeep
        case unsupported
        case notText
        case trailing
    }

    private static let mostDepth = 32

    private let bytes: ArraySlice<UInt8>
    private var position: Int

    /// Returns the one value that the bytes are.
    static func read(_ bytes: ArraySlice<UInt8>) throws(Failure) -> CBOR {
        var reader = CBORReader(bytes: bytes, position: bytes.startIndex)
        let value = try reader.value(depth: 0)
        guard reader.position == bytes.endIndex else { throw .trailing }
        return value
    }

    private mutating func value(depth: Int) throws(Failure) -> CBOR {
        guard depth < Self.mostDepth else { throw .tooDeep }
        let first = try byte()
        let (kind, code) = (first >> 5, first & 31)
        if kind == 7 { return try simple(code) }
        if code == 31 { return try indefinite(kind, depth) }
        let number = try number(code)
        switch kind {
        case 0: return .unsigned(number)
        case 1: return .negative(number)
        case 2: return .bytes(Array(try take(number)))
        case 3: return .text(try text(take(number)))
        case 4:
            var values: [CBOR] = []
            for _ in 0..<(try count(number)) { values.append(try value(depth: depth + 1)) }
            return .array(values)
        case 5:
            var members: [CBOR.Member] = []
            for _ in 0..<(try count(number)) { members.append(try member(depth)) }
            return .map(members)
        default: return .tagged(number, try value(depth: depth + 1))
        }
    }

    private mutating func member(_ depth: Int) throws(Failure) -> CBOR.Member {
        let key = try value(depth: depth + 1)
        return CBOR.Member(key: key, value: try value(depth: depth + 1))
    }

    /// Of no stated length, up to a mark.
    private mutating func indefinite(_ kind: UInt8, _ depth: Int) throws(Failure) -> CBOR {
        var (values, members): ([CBOR], [CBOR.Member]) = ([], [])
        while try !endsHere() {
            if kind == 5 { members.append(try member(depth)) } else { values.append(try value(depth: depth + 1)) }
        }
        switch kind {
        case 2: return .bytes(try Self.joined(values) { if case .bytes(let bytes) = $0 { bytes } else { nil } })
        case 3: return try .text(text(Self.joined(values) {
            if case .text(let text) = $0 { Array(text.utf8) } else { nil }
        }[...]))
        case 4: return .array(values)
        case 5: return .map(members)
        default: throw .unsupported
        }
    }

    private static func joined(_ values: [CBOR], _ part: (CBOR) -> [UInt8]?) throws(Failure) -> [UInt8] {
        var joined: [UInt8] = []
        for value in values {
            guard let part = part(value) else { throw .unsupported }
            joined += part
        }
        return joined
    }

    private mutating func endsHere() throws(Failure) -> Bool {
        guard position < bytes.endIndex else { throw .truncated }
        guard bytes[position] == 0xFF else { return false }
        position += 1
        return true
    }

    private mutating func simple(_ code: UInt8) throws(Failure) -> CBOR {
        switch code {
        case 20: return .bool(false)
        case 21: return .bool(true)
        case 22, 23: return .null
        case 25, 26, 27:
            _ = try number(code)
            return .null
        default: throw .unsupported
        }
    }

    private mutating func number(_ code: UInt8) throws(Failure) -> UInt64 {
        let count = switch code {
        case 24: 1
        case 25: 2
        case 26: 4
        case 27: 8
        default: 0
        }
        guard code < 28 else { throw .unsupported }
        guard count > 0 else { return UInt64(code) }
        return try take(UInt64(count)).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Of values that take a byte each at least, so that a short text cannot ask for much memory.
    private func count(_ number: UInt64) throws(Failure) -> Int {
        guard number <= UInt64(bytes.endIndex - position) else { throw .truncated }
        return Int(number)
    }

    private mutating func byte() throws(Failure) -> UInt8 {
        guard position < bytes.endIndex else { throw .truncated }
        defer { position += 1 }
        return bytes[position]
    }

    private mutating func take(_ number: UInt64) throws(Failure) -> ArraySlice<UInt8> {
        guard number <= UInt64(bytes.endIndex - position) else { throw .truncated }
        let end = position + Int(number)
        defer { position = end }
        return bytes[position..<end]
    }

    private func text(_ bytes: ArraySlice<UInt8>) throws(Failure) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .notText }
        return text
    }
}
