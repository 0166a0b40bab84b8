/// A value of CBOR (RFC 8949), as far as content credentials use it: no floating-point numbers.
indirect enum CBOR: Sendable, Hashable {
    case unsigned(UInt64)
    /// -1 minus the number.
    case negative(UInt64)
    case bytes([UInt8])
    case text(String)
    case array([CBOR])
    case map([Member])
    case tagged(UInt64, CBOR)
    case bool(Bool)
    case null

    struct Member: Sendable, Hashable {
        let key: CBOR
        let value: CBOR
    }

    /// The members in this order, which is kept.
    static func object(_ members: KeyValuePairs<String, CBOR>) -> CBOR {
        .map(members.map { Member(key: .text($0.key), value: $0.value) })
    }

    /// The first member of a map with this name.
    subscript(_ name: String) -> CBOR? {
        guard case .map(let members) = self else { return nil }
        return members.first { $0.key == .text(name) }?.value
    }
}

extension CBOR {
    /// With the shortest head for each number. The order of a map's members is kept.
    var encoded: [UInt8] {
        var bytes: [UInt8] = []
        encode(into: &bytes)
        return bytes
    }

    private func encode(into bytes: inout [UInt8]) {
        switch self {
        case .unsigned(let number):
            Self.head(0, number, &bytes)
        case .negative(let number):
            Self.head(1, number, &bytes)
        case .bytes(let value):
            Self.head(2, UInt64(value.count), &bytes)
            bytes += value
        case .text(let value):
            Self.head(3, UInt64(value.utf8.count), &bytes)
            bytes += value.utf8
        case .array(let values):
            Self.head(4, UInt64(values.count), &bytes)
            for value in values { value.encode(into: &bytes) }
        case .map(let members):
            Self.head(5, UInt64(members.count), &bytes)
            for member in members {
                member.key.encode(into: &bytes)
                member.value.encode(into: &bytes)
            }
        case .tagged(let tag, let value):
            Self.head(6, tag, &bytes)
            value.encode(into: &bytes)
        case .bool(let value):
            bytes.append(value ? 0xF5 : 0xF4)
        case .null:
            bytes.append(0xF6)
        }
    }

    private static func head(_ kind: UInt8, _ number: UInt64, _ bytes: inout [UInt8]) {
        let (code, count): (UInt8, Int) = switch number {
        case 0..<24: (UInt8(number), 0)
        case ...0xFF: (24, 1)
        case ...0xFFFF: (25, 2)
        case ...0xFFFF_FFFF: (26, 4)
        default: (27, 8)
        }
        bytes.append(kind << 5 | code)
        for index in (0..<count).reversed() { bytes.append(UInt8(truncatingIfNeeded: number >> (8 * index))) }
    }
}
