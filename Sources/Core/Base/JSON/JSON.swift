package import Foundation

/// Any JSON value, for data without a type of its own: a job's parameters, a provider's payload. Numbers are integers
/// or decimals, never floating point.
package enum JSON: Sendable, Hashable {
    case null
    case bool(Bool)
    case integer(Int64)
    case decimal(Decimal)
    case string(String)
    case array([JSON])
    case object([String: JSON])

    package subscript(key: String) -> JSON? {
        guard case .object(let members) = self else { return nil }
        return members[key]
    }

    package var string: String? {
        guard case .string(let string) = self else { return nil }
        return string
    }

    package var integer: Int64? {
        guard case .integer(let integer) = self else { return nil }
        return integer
    }

    package var bool: Bool? {
        guard case .bool(let bool) = self else { return nil }
        return bool
    }

    package var array: [JSON]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }

    package var object: [String: JSON]? {
        guard case .object(let members) = self else { return nil }
        return members
    }
}

extension JSON {
    /// Throws `MalformedJSON` if `bytes` are not JSON.
    package init(parsing bytes: some Sequence<UInt8>) throws {
        self = try JSONParser.parse(Array(bytes))
    }

    /// Another program's JSON, which is read as far as it means something: a number that JSON cannot hold is null, a
    /// text has U+FFFD in place of what is no character or cannot be stored, and of members with one name the last
    /// counts. What is read so can be stored within a value of this program, and read again. Throws `MalformedJSON`.
    package init(tolerating bytes: some Sequence<UInt8>) throws {
        self = try JSONParser.parse(Array(bytes), .tolerant)
    }

    package init(parsing text: String) throws {
        try self.init(parsing: text.utf8)
    }

    /// An encodable value as JSON.
    package init(_ value: some Encodable) throws {
        try self.init(parsing: JSONTextEncoder.bytes(of: value))
    }

    /// With sorted keys, so that equal values have equal text.
    package var text: String {
        var writer = JSONWriter()
        writer.write(self)
        return writer.text
    }

    /// An encodable value as text, its members in the order in which its type names them.
    package static func text(of value: some Encodable) -> String {
        String(decoding: bytes(of: value), as: UTF8.self)
    }

    package static func bytes(of value: some Encodable) -> [UInt8] {
        do { return try JSONTextEncoder.bytes(of: value) } catch {
            preconditionFailure("an encodable value of the product is always JSON: \(error)")
        }
    }

    package func decode<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
        try JSONDecoder().decode(type, from: Data(text.utf8))
    }
}

extension JSON: Codable {
    package init(from decoder: any Decoder) throws {
        if let keyed = try? decoder.container(keyedBy: Name.self) {
            var members: [String: JSON] = [:]
            for key in keyed.allKeys { members[key.stringValue] = try keyed.decode(JSON.self, forKey: key) }
            self = .object(members)
        } else if var list = try? decoder.unkeyedContainer() {
            var elements: [JSON] = []
            while !list.isAtEnd { elements.append(try list.decode(JSON.self)) }
            self = .array(elements)
        } else {
            self = try JSON(scalar: decoder.singleValueContainer())
        }
    }

    private init(scalar container: any SingleValueDecodingContainer) throws {
        if container.decodeNil() {
            self = .null
        } else if let bool = try? container.decode(Bool.self) {
            self = .bool(bool)
        } else if let integer = try? container.decode(Int64.self) {
            self = .integer(integer)
        } else if let string = try? container.decode(String.self) {
            self = .string(string)
        } else {
            self = .decimal(try container.decode(Decimal.self))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        switch self {
        case .object(let members):
            var container = encoder.container(keyedBy: Name.self)
            for (key, value) in members { try container.encode(value, forKey: Name(stringValue: key)) }
        case .array(let elements):
            var container = encoder.unkeyedContainer()
            for element in elements { try container.encode(element) }
        case .null, .bool, .integer, .decimal, .string:
            var container = encoder.singleValueContainer()
            try encodeScalar(into: &container)
        }
    }

    private func encodeScalar(into container: inout any SingleValueEncodingContainer) throws {
        switch self {
        case .bool(let bool): try container.encode(bool)
        case .integer(let integer): try container.encode(integer)
        case .decimal(let decimal): try container.encode(decimal)
        case .string(let string): try container.encode(string)
        case .null, .array, .object: try container.encodeNil()
        }
    }

    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
    package typealias Key = String
    package typealias Value = JSON
    package typealias ArrayLiteralElement = JSON

    package init(stringLiteral value: String) { self = .string(value) }
    package init(integerLiteral value: Int64) { self = .integer(value) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(arrayLiteral elements: JSON...) { self = .array(elements) }
    package init(dictionaryLiteral elements: (String, JSON)...) {
        self = .object(Dictionary(elements, uniquingKeysWith: { _, last in last }))
    }
    package init(nilLiteral: ()) { self = .null }
}
