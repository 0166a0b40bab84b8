/// What a column holds on either engine. Darkroom stores no floating point in a database: money and multipliers are
/// integers, instants are milliseconds, JSON is text.
@usableFromInline package enum SQLValue: Sendable, Hashable {
    case null
    case integer(Int64)
    case text(String)
    case bytes([UInt8])
}

extension SQLValue {
    /// The one rule of both engines for texts: a statement stores and compares all of a text, or is refused. The
    /// libraries beneath take a text up to its first U+0000, so that less would be stored than was given, and two
    /// different texts would be one.
    func checkText() throws(DatabaseError) {
        guard case .text(let text) = self, text.utf8.contains(0) else { return }
        throw DatabaseError(.unstorable, "a text contains U+0000")
    }
}

/// A type that a column can hold, both ways.
@usableFromInline package protocol SQLConvertible: Sendable {
    var sqlValue: SQLValue { get }
    /// Nil if `value` is not of this type's kind; `Row` turns that into an error that names the column.
    init?(sqlValue: SQLValue)
}

extension String: SQLConvertible {
    @inlinable package var sqlValue: SQLValue { .text(self) }

    @inlinable package init?(sqlValue: SQLValue) {
        guard case .text(let text) = sqlValue else { return nil }
        self = text
    }
}

extension Int64: SQLConvertible {
    @inlinable package var sqlValue: SQLValue { .integer(self) }

    @inlinable package init?(sqlValue: SQLValue) {
        guard case .integer(let integer) = sqlValue else { return nil }
        self = integer
    }
}

extension Int: SQLConvertible {
    @inlinable package var sqlValue: SQLValue { .integer(Int64(self)) }

    @inlinable package init?(sqlValue: SQLValue) {
        guard case .integer(let integer) = sqlValue, let value = Int(exactly: integer) else { return nil }
        self = value
    }
}

extension Array: SQLConvertible where Element == UInt8 {
    @inlinable package var sqlValue: SQLValue { .bytes(self) }

    @inlinable package init?(sqlValue: SQLValue) {
        guard case .bytes(let bytes) = sqlValue else { return nil }
        self = bytes
    }
}

extension Optional: SQLConvertible where Wrapped: SQLConvertible {
    @inlinable package var sqlValue: SQLValue { self?.sqlValue ?? .null }

    @inlinable package init?(sqlValue: SQLValue) {
        if case .null = sqlValue {
            self = .none
        } else if let value = Wrapped(sqlValue: sqlValue) {
            self = .some(value)
        } else {
            return nil
        }
    }
}

/// Enums of text are stored by their raw value. Conform an enum by naming the protocol; nothing else is needed.
extension SQLConvertible where Self: RawRepresentable, RawValue == String {
    @inlinable package var sqlValue: SQLValue { .text(rawValue) }

    @inlinable package init?(sqlValue: SQLValue) {
        guard case .text(let text) = sqlValue else { return nil }
        self.init(rawValue: text)
    }
}

extension SQLConvertible where Self: RawRepresentable, RawValue == Int64 {
    @inlinable package var sqlValue: SQLValue { .integer(rawValue) }

    @inlinable package init?(sqlValue: SQLValue) {
        guard case .integer(let integer) = sqlValue else { return nil }
        self.init(rawValue: integer)
    }
}
