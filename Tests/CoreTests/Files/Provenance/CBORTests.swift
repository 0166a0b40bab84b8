@testable import Core
import Testing

struct CBORTests {
    /// From RFC 8949, appendix A.
    @Test(arguments: [
        (CBOR.unsigned(0), "00"), (.unsigned(23), "17"), (.unsigned(24), "1818"), (.unsigned(100), "1864"),
        (.unsigned(1000), "1903e8"), (.unsigned(1_000_000), "1a000f4240"),
        (.unsigned(1_000_000_000_000), "1b000000e8d4a51000"), (.unsigned(.max), "1bffffffffffffffff"),
        (.negative(0), "20"), (.negative(99), "3863"), (.bytes([1, 2, 3, 4]), "4401020304"), (.text(""), "60"),
        (.text("IETF"), "6449455446"), (.text("\u{6C34}"), "63e6b0b4"), (.array([]), "80"),
        (.array([.unsigned(1), .array([.unsigned(2), .unsigned(3)])]), "82018202" + "03"),
        (.object(["a": .unsigned(1), "b": .array([.unsigned(2), .unsigned(3)])]), "a26161016162820203"),
        (.tagged(1, .unsigned(1_363_896_240)), "c11a514b67b0"), (.bool(true), "f5"), (.bool(false), "f4"),
        (.null, "f6"),
    ])
    func `a value is encoded as the standard's examples, and read back`(value: CBOR, hex: String) throws {
        #expect(Hex.text(value.encoded) == hex)
        #expect(try CBORReader.read(value.encoded[...]) == value)
    }

    @Test(arguments: [
        ("5f42010243030405ff", CBOR.bytes([1, 2, 3, 4, 5])), ("7f657374726561646d696e67ff", .text("streaming")),
        ("9f01820203ff", .array([.unsigned(1), .array([.unsigned(2), .unsigned(3)])])),
        ("bf6161019fffff", nil), ("bf616101ff", .object(["a": .unsigned(1)])), ("fb3ff199999999999a", .null),
    ])
    func `values of no stated length are read up to their end`(hex: String, value: CBOR?) throws {
        let bytes = try #require(Hex.bytes(hex))
        guard let value else {
            #expect(throws: CBORReader.Failure.self) { try CBORReader.read(bytes[...]) }
            return
        }
        #expect(try CBORReader.read(bytes[...]) == value)
    }

    @Test(arguments: [
        ("", CBORReader.Failure.truncated), ("18", .truncated), ("4401", .truncated),
        ("9b7fffffffffffffff", .truncated),
        ("bbffffffffffffffff", .truncated), ("5bffffffffffffffff", .truncated), ("1c", .unsupported),
        ("f8", .unsupported),
        ("5f01ff", .unsupported), ("62ff00", .notText), ("0000", .trailing), ("9f01", .truncated), ("ff", .unsupported),
    ])
    func `what is damaged or claims more than there is is refused`(hex: String, failure: CBORReader.Failure) throws {
        let bytes = try #require(Hex.bytes(hex))
        #expect(throws: failure) { try CBORReader.read(bytes[...]) }
    }

    @Test func `nothing may be nested deeper than a reader can follow`() {
        let arrays = [UInt8](repeating: 0x81, count: 100_000) + [0]
        #expect(throws: CBORReader.Failure.tooDeep) { try CBORReader.read(arrays[...]) }
        let tags = [UInt8](repeating: 0xC1, count: 100_000) + [0]
        #expect(throws: CBORReader.Failure.tooDeep) { try CBORReader.read(tags[...]) }
    }
}
