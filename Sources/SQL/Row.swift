/// One row of a result. Columns are read by name; a missing column or one of another type is a `decoding` error.
@usableFromInline package struct Row: Sendable {
    /// The names of a result's columns, shared by its rows.
    @usableFromInline package final class Columns: Sendable {
        @usableFromInline let index: [String: Int]

        package init(_ names: [String]) {
            index = Dictionary(names.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        }
    }

    @usableFromInline let columns: Columns
    @usableFromInline let values: [SQLValue]

    package init(_ columns: Columns, _ values: [SQLValue]) {
        self.columns = columns
        self.values = values
    }

    /// The column's value as the type that the caller expects. Use an optional type where the column may be NULL.
    ///
    /// Inlined, since a row has dozens of columns, and generic code is slow if its type is not known.
    @inlinable package func get<Value: SQLConvertible>(
        _ column: String, as type: Value.Type = Value.self
    ) throws(DatabaseError) -> Value {
        guard let index = columns.index[column] else {
            throw DatabaseError(.decoding, "the result has no column \(column)")
        }
        guard let value = Value(sqlValue: values[index]) else {
            throw DatabaseError(.decoding, "column \(column) does not hold a \(Value.self)")
        }
        return value
    }
}
