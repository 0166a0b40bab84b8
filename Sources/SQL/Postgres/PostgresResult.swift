import CLibpq

/// A result of libpq with values in binary, read before its receiver frees it.
struct PostgresResult {
    /// What all results of one statement have in common.
    struct Shape {
        let columns: Row.Columns
        let types: [Oid]
        let isWrite: Bool
    }

    private let result: OpaquePointer

    init(_ result: OpaquePointer) {
        self.result = result
    }

    func shape() -> Shape {
        let width = PQnfields(result)
        return Shape(
            columns: Row.Columns((0..<width).map { PostgresResult.text(PQfname(result, $0)) }),
            types: (0..<width).map { PQftype(result, $0) },
            isWrite: !PostgresResult.text(PQcmdStatus(result)).hasPrefix("SELECT"))
    }

    func outcome(_ shape: Shape) throws(DatabaseError) -> StatementOutcome {
        let changes = shape.isWrite ? Int(PostgresResult.text(PQcmdTuples(result))) ?? 0 : 0
        let height = PQntuples(result)
        var rows: [Row] = []
        rows.reserveCapacity(Int(height))
        for row in 0..<height {
            var values: [SQLValue] = []
            values.reserveCapacity(shape.types.count)
            for (column, type) in shape.types.enumerated() { values.append(try value(row, Int32(column), type)) }
            rows.append(Row(shape.columns, values))
        }
        return StatementOutcome(rows: rows, changes: changes, isWrite: shape.isWrite)
    }

    private func value(_ row: Int32, _ column: Int32, _ type: Oid) throws(DatabaseError) -> SQLValue {
        let length = Int(PQgetlength(result, row, column))
        if length == 0, PQgetisnull(result, row, column) == 1 { return .null }
        let bytes = UnsafeRawBufferPointer(start: PQgetvalue(result, row, column), count: length)
        switch type {
        case 16: return .integer(bytes.first == 0 ? 0 : 1)                                          // boolean
        case 20: return .integer(Int64(bigEndian: bytes.loadUnaligned(as: Int64.self)))             // bigint
        case 21: return .integer(Int64(Int16(bigEndian: bytes.loadUnaligned(as: Int16.self))))      // smallint
        case 23: return .integer(Int64(Int32(bigEndian: bytes.loadUnaligned(as: Int32.self))))      // integer
        case 26: return .integer(Int64(UInt32(bigEndian: bytes.loadUnaligned(as: UInt32.self))))    // oid
        case 17: return .bytes([UInt8](bytes))                                                      // bytea
        // text, varchar, char, name, "char", json, unknown, void
        case 25, 1043, 1042, 19, 18, 114, 705, 2278: return .text(String(decoding: bytes, as: UTF8.self))
        default:
            throw DatabaseError(
                .decoding, "a result has a column of the unsupported PostgreSQL type \(type); cast it")
        }
    }

    /// What went wrong, by SQLSTATE (PostgreSQL's manual, appendix A). Does not free the result.
    static func error(_ result: OpaquePointer, isConnected: Bool, _ statement: String) -> DatabaseError {
        let state = text(PQresultErrorField(result, Int32(UInt8(ascii: "C"))))
        let message = text(PQresultErrorField(result, Int32(UInt8(ascii: "M"))))
        // A migration changed a table under a statement that was planned before it.
        let isStale = state == "0A000" && message.contains("cached plan")
        let kind: DatabaseError.Kind = !isConnected ? .unavailable : isStale ? .conflict : kind(state)
        return DatabaseError(kind, "\(message) (\(state))", statement: statement)
    }

    private static func kind(_ state: String) -> DatabaseError.Kind {
        switch state {
        case "23505": .unique
        case "23503": .foreignKey
        case "23514": .check
        case "23502": .notNull
        case "P0001": .trigger
        case "40001", "40P01": .conflict
        case "55P03", "57014": .busy
        case "53100", "53200": .full
        case "42P01", "42703", "3F000": .schema
        case "08P01": .other
        default: state.hasPrefix("08") || state.hasPrefix("57P") || state.hasPrefix("53") ? .unavailable : .other
        }
    }

    static func text(_ pointer: UnsafePointer<CChar>?) -> String {
        pointer.map { String(cString: $0) } ?? ""
    }
}
