/// Parameters in the form that libpq expects: pointers to text that ends with a zero, or to bytes as they are.
enum PostgresValues {
    static func withPointers<Result>(
        _ values: [SQLValue],
        _ body: (Int32, UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?) -> Result
    ) throws(DatabaseError) -> Result {
        // One block for all: each value's bytes with a zero behind them.
        var block: [UInt8] = []
        block.reserveCapacity(values.count * 40)
        var starts: [Int?] = []
        var lengths: [Int32] = []
        var formats: [Int32] = []
        starts.reserveCapacity(values.count)
        lengths.reserveCapacity(values.count)
        formats.reserveCapacity(values.count)
        for value in values {
            let start = block.count
            starts.append(value == .null ? nil : start)
            formats.append(try append(value, to: &block))
            lengths.append(Int32(block.count - start))
            block.append(0)
        }
        return block.withUnsafeBytes { block in
            let base = block.baseAddress?.assumingMemoryBound(to: CChar.self)
            let pointers = starts.map { start in start.flatMap { base?.advanced(by: $0) } }
            return body(Int32(values.count), pointers, lengths, formats)
        }
    }

    /// Returns libpq's number of the format: 0 for text, 1 for bytes.
    private static func append(_ value: SQLValue, to block: inout [UInt8]) throws(DatabaseError) -> Int32 {
        switch value {
        case .null: break
        case .integer(let integer): block.append(contentsOf: String(integer).utf8)
        case .text(let text):
            try value.checkText()
            block.append(contentsOf: text.utf8)
        case .bytes(let bytes):
            block.append(contentsOf: bytes)
            return 1
        }
        return 0
    }
}
