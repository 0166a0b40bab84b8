import CLibpq

/// An answer of libpq, read whole and let go of.
struct PostgresResult {
    private let result: OpaquePointer

    /// Takes the result over; `outcome` frees it.
    init(_ result: OpaquePointer) {
        self.result = result
    }

    func outcome() throws(DatabaseError) -> StatementOutcome {
        defer { PQclear(result) }
        let changes = Int(PostgresResult.words(PQcmdTuples(result))) ?? 0
        let isWrite = !PostgresResult.words(PQcmdStatus(result)).hasPrefix("SELECT")
        let width = PQnfields(result)
        guard width > 0 else { return StatementOutcome(rows: [], changes: changes, isWrite: isWrite) }
        let columns = Row.Columns((0..<width).map { PostgresResult.words(PQfname(result, $0)) })
        let types = (0..<width).map { PQftype(result, $0) }
        var rows: [Row] = []
        for row in 0..<PQntuples(result) {
            var values: [SQLValue] = []
            for column in 0..<width { values.append(try value(row, column, types[Int(column)])) }
            rows.append(Row(columns, values))
        }
        return StatementOutcome(rows: rows, changes: isWrite ? changes : 0, isWrite: isWrite)
    }

    private func value(_ row: Int32, _ column: Int32, _ type: Oid) throws(DatabaseError) -> SQLValue {
        guard PQgetisnull(result, row, column) == 0 else { return .null }
        let length = Int(PQgetlength(result, row, column))
        let bytes = UnsafeBufferPointer(start: PQgetvalue(result, row, column), count: length)
        switch type {
        case 20, 21, 23:    // int8, int2, int4
            return .integer(try bytes.withMemoryRebound(to: UInt8.self) { bytes throws(DatabaseError) in
                guard let value = Int64(String(decoding: bytes, as: UTF8.self)) else { throw DatabaseError(.decoding, "not an integer") }
                return value
            })
        case 17:            // bytea, as \x and hexadecimal digits
            return .bytes(try bytes.withMemoryRebound(to: UInt8.self) { bytes throws(DatabaseError) in try PostgresResult.unescape(bytes) })
        default:
            return .text(bytes.withMemoryRebound(to: UInt8.self) { String(decoding: $0, as: UTF8.self) })
        }
    }

    private static func unescape(_ text: UnsafeBufferPointer<UInt8>) throws(DatabaseError) -> [UInt8] {
        func digit(_ byte: UInt8) -> UInt8 { byte < 58 ? byte - 48 : byte - 87 }
        guard text.count >= 2, text.count % 2 == 0, text[1] == UInt8(ascii: "x") else { throw DatabaseError(.decoding, "not bytes") }
        return stride(from: 2, to: text.count, by: 2).map { digit(text[$0]) << 4 | digit(text[$0 + 1]) }
    }

    /// What went wrong, by SQLSTATE (PostgreSQL's manual, appendix A). Does not free the result.
    static func error(_ result: OpaquePointer, isConnected: Bool, _ statement: String) -> DatabaseError {
        let state = words(PQresultErrorField(result, Int32(UInt8(ascii: "C"))))
        let message = words(PQresultErrorField(result, Int32(UInt8(ascii: "M"))))
        return DatabaseError(isConnected ? kind(state) : .unavailable, "\(message) (\(state))", statement: statement)
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
        default: state.hasPrefix("08") || state.hasPrefix("57P") || state.hasPrefix("53") ? .unavailable : .other
        }
    }

    static func words(_ pointer: UnsafePointer<CChar>?) -> String {
        pointer.map { String(cString: $0) } ?? ""
    }
}
