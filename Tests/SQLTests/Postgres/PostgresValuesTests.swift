@testable import SQL
import Testing

/// How values are handed to libpq: as pointers into one block.
struct PostgresValuesTests {
    /// What libpq would read: the text up to the zero behind it, and the bytes by their length.
    private func seen(_ values: [SQLValue]) throws -> [String] {
        try PostgresValues.withPointers(values) { count, pointers, lengths, formats in
            (0..<Int(count)).map { index -> String in
                guard let pointers, let lengths, let formats, let pointer = pointers[index] else { return "null" }
                if formats[index] == 0 { return "text " + String(cString: pointer) }
                let bytes = (0..<Int(lengths[index])).map { "\(UInt8(bitPattern: pointer[$0]))" }
                return "bytes " + bytes.joined(separator: " ")
            }
        }
    }

    @Test func `each value is found where its pointer leads, whatever stands around it`() throws {
        #expect(try seen([]) == [])
        #expect(try seen([.null, .text(""), .bytes([]), .null]) == ["null", "text ", "bytes ", "null"])
        #expect(
            try seen([.integer(.min), .text("é\n"), .bytes([0, 255, 0]), .integer(7), .null, .text("x")]) == [
                "text -9223372036854775808", "text é\n", "bytes 0 255 0", "text 7", "null", "text x",
            ])
        #expect(try seen((0..<500).map { .text("value \($0)") }) == (0..<500).map { "text value \($0)" })
    }

    @Test func `a text with a zero in it is refused, since it would be cut off there`() {
        for text in ["\0", "a\0", "\0a", "a\0b"] {
            let error = #expect(throws: DatabaseError.self) { try seen([.text("before"), .text(text)]) }
            #expect(error?.kind == .unstorable)
        }
    }
}
