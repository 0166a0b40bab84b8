import Foundation

/// Writes an encodable value as JSON text in one pass, its members in the order in which its type names them.
/// Foundation's encoder builds a tree first, sorts it and walks it again, which was a tenth of what a request cost.
///
/// It encodes a value of any shape, except a type that opens a container within a container by hand.
final class JSONTextEncoder: Encoder {
    /// The container that the value being written has begun.
    fileprivate enum Open {
        case nothing, object, list
    }

    let codingPath: [any CodingKey] = []
    let userInfo: [CodingUserInfoKey: Any] = [:]
    fileprivate var writer = JSONWriter()
    private var open = Open.nothing
    private var isFirst = true

    static func bytes(of value: some Encodable) throws -> [UInt8] {
        let encoder = JSONTextEncoder()
        try encoder.write(value)
        return encoder.writer.bytes
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        begin(.object)
        return KeyedEncodingContainer(ObjectContainer<Key>(encoder: self))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        begin(.list)
        return ListContainer(encoder: self)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { SingleContainer(encoder: self) }

    /// A value asks for one container; if it asks again, it continues with the same one.
    private func begin(_ kind: Open) {
        guard open == .nothing else { return }
        open = kind
        isFirst = true
        writer.mark(kind == .object ? "{" : "[")
    }

    fileprivate func write(_ value: some Encodable) throws {
        if writeKnown(value) { return }
        let outer = (open, isFirst)
        open = .nothing
        try value.encode(to: self)
        switch open {
        case .object: writer.mark("}")
        case .list: writer.mark("]")
        case .nothing: break
        }
        (open, isFirst) = outer
    }

    /// Writes types whose text is known without calling their `encode(to:)`.
    private func writeKnown<Value: Encodable>(_ value: Value) -> Bool {
        if Value.self == String.self, let string = value as? String {
            writer.write(string)
        } else if Value.self == JSON.self, let json = value as? JSON {
            writer.write(json)
        } else if Value.self == [String: JSON].self, let members = value as? [String: JSON] {
            writer.write(members)
        } else if Value.self == Credits.self, let credits = value as? Credits {
            writer.write(credits)
        } else if Value.self == Decimal.self, let decimal = value as? Decimal {
            writer.write(decimal)
        } else {
            return false
        }
        return true
    }

    fileprivate func separate() {
        if isFirst { isFirst = false } else { writer.mark(",") }
    }

    fileprivate func name(_ key: some CodingKey) {
        separate()
        writer.write(key.stringValue)
        writer.mark(":")
    }

    fileprivate var nesting: Never { preconditionFailure("nested values must be encoded by types of their own") }
}

private struct ObjectContainer<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let encoder: JSONTextEncoder
    var codingPath: [any CodingKey] { [] }

    mutating func encodeNil(forKey key: Key) {
        encoder.name(key)
        encoder.writer.null()
    }

    mutating func encode(_ value: Bool, forKey key: Key) {
        encoder.name(key)
        encoder.writer.write(value)
    }

    mutating func encode(_ value: String, forKey key: Key) {
        encoder.name(key)
        encoder.writer.write(value)
    }

    mutating func encode(_ value: Int, forKey key: Key) {
        encoder.name(key)
        encoder.writer.write(value)
    }

    mutating func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
        encoder.name(key)
        try encoder.write(value)
    }

    mutating func nestedContainer<Nested>(
        keyedBy keyType: Nested.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
        encoder.nesting
    }
    mutating func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer { encoder.nesting }
    mutating func superEncoder() -> any Encoder { encoder.nesting }
    mutating func superEncoder(forKey key: Key) -> any Encoder { encoder.nesting }
}

private struct ListContainer: UnkeyedEncodingContainer {
    let encoder: JSONTextEncoder
    var codingPath: [any CodingKey] { [] }
    var count = 0

    mutating func encodeNil() {
        encoder.separate()
        encoder.writer.null()
        count += 1
    }

    mutating func encode<Value: Encodable>(_ value: Value) throws {
        encoder.separate()
        try encoder.write(value)
        count += 1
    }

    mutating func nestedContainer<Nested>(keyedBy keyType: Nested.Type) -> KeyedEncodingContainer<Nested> {
        encoder.nesting
    }
    mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { encoder.nesting }
    mutating func superEncoder() -> any Encoder { encoder.nesting }
}

private struct SingleContainer: SingleValueEncodingContainer {
    let encoder: JSONTextEncoder
    var codingPath: [any CodingKey] { [] }

    mutating func encodeNil() { encoder.writer.null() }
    mutating func encode(_ value: Bool) { encoder.writer.write(value) }
    mutating func encode(_ value: String) { encoder.writer.write(value) }
    mutating func encode(_ value: Double) { encoder.writer.write(Decimal(value)) }
    mutating func encode(_ value: Float) { encoder.writer.write(Decimal(Double(value))) }
    mutating func encode(_ value: Int) { encoder.writer.write(value) }
    mutating func encode(_ value: Int8) { encoder.writer.write(value) }
    mutating func encode(_ value: Int16) { encoder.writer.write(value) }
    mutating func encode(_ value: Int32) { encoder.writer.write(value) }
    mutating func encode(_ value: Int64) { encoder.writer.write(value) }
    mutating func encode(_ value: UInt) { encoder.writer.write(value) }
    mutating func encode(_ value: UInt8) { encoder.writer.write(value) }
    mutating func encode(_ value: UInt16) { encoder.writer.write(value) }
    mutating func encode(_ value: UInt32) { encoder.writer.write(value) }
    mutating func encode(_ value: UInt64) { encoder.writer.write(value) }
    mutating func encode<Value: Encodable>(_ value: Value) throws { try encoder.write(value) }
}
