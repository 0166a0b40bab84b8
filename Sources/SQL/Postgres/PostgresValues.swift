import Foundation

/// Parameters in the form that libpq takes them: pointers to text, or to bytes as they are.
enum PostgresValues {
    static func withPointers<Result>(
        _ values: [SQLValue],
        _ body: (Int32, UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?) -> Result
    ) -> Result {
        // One block for all: each value's bytes with a zero behind them, as text needs.
        var block: [CChar] = []
        var offsets: [Int?] = []
        var lengths: [Int32] = []
        var formats: [Int32] = []
        for value in values {
            let start = block.count
            switch value {
            case .null: break
            case .integer(let integer): block += String(integer).utf8.map { CChar(bitPattern: $0) }
            case .text(let text): block += text.utf8.map { CChar(bitPattern: $0) }
            case .bytes(let bytes): block += bytes.map { CChar(bitPattern: $0) }
            }
            offsets.append(value == .null ? nil : start)
            lengths.append(Int32(block.count - start))
            if case .bytes = value { formats.append(1) } else { formats.append(0) }
            block.append(0)
        }
        return block.withUnsafeBufferPointer { block in
            let pointers = offsets.map { offset in offset.flatMap { block.baseAddress?.advanced(by: $0) } }
            return pointers.withUnsafeBufferPointer { pointers in
                body(Int32(values.count), pointers.baseAddress, lengths, formats)
            }
        }
    }
}
