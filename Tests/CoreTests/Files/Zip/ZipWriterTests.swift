@testable import Core
import Testing

/// The bytes around the files of a ZIP, also where 32 bits do not suffice.
struct ZipWriterTests {
    private let time = Instant(seconds: 1_780_000_000)   // 2026-05-28T20:26:40Z

    private func number(_ bytes: some Sequence<UInt8>) -> UInt64 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    private func field(_ bytes: [UInt8], _ at: Int, _ size: Int) -> UInt64 { number(bytes[at..<at + size]) }

    /// The content of the extra field with this id; nil if there is none.
    private func extra(_ id: UInt64, in bytes: [UInt8]) -> [UInt8]? {
        var rest = bytes[...]
        while rest.count >= 4 {
            let (found, size) = (number(rest.prefix(2)), Int(number(rest.dropFirst(2).prefix(2))))
            if found == id { return Array(rest.dropFirst(4).prefix(size)) }
            rest = rest.dropFirst(4 + size)
        }
        return nil
    }

    @Test func `the checksum is that of the standard, however the bytes come`() {
        for (text, value) in [("", 0), ("a", 0xE8B7_BE43), ("123456789", 0xCBF4_3926)] as [(String, UInt32)] {
            var checksum = CRC32()
            checksum.add(Array(text.utf8))
            #expect(checksum.value == value)
        }
        let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        var whole = CRC32()
        whole.add(bytes)
        for size in [1, 3, 7, 8, 9, 500, 999] {
            var parts = CRC32()
            for start in stride(from: 0, to: bytes.count, by: size) {
                parts.add(Array(bytes[start..<min(start + size, bytes.count)]))
            }
            #expect(parts == whole)
        }
    }

    @Test func `a small file has the fields of a plain ZIP`() {
        var zip = ZipWriter()
        let entry = ZipEntry(name: "é.png", modified: time, size: 5)

        let header = zip.begin(entry)
        let end = zip.end(entry, checksum: 0x0102_0304)
        let directoryAt = zip.offset
        let directory = zip.finish()

        #expect(header.prefix(4) == [0x50, 0x4B, 3, 4] && field(header, 4, 2) == 20)
        #expect(field(header, 6, 2) == 0x0808, "sizes behind the file, and a name in UTF-8")
        #expect(field(header, 8, 2) == 0, "stored")
        #expect(field(header, 10, 2) == 20 << 11 | 26 << 5 | 20 && field(header, 12, 2) == 46 << 9 | 5 << 5 | 28)
        #expect(header[14..<26].allSatisfy { $0 == 0 })
        #expect(field(header, 26, 2) == 6 && Array(header[30..<36]) == Array("é.png".utf8))
        #expect(extra(1, in: Array(header[36...])) == nil)
        #expect(extra(0x5455, in: Array(header[36...])).map { number($0.dropFirst()) } == 1_780_000_000)
        #expect(end == [0x50, 0x4B, 7, 8, 4, 3, 2, 1, 5, 0, 0, 0, 5, 0, 0, 0])
        #expect(directoryAt == UInt64(header.count + 5 + end.count))
        #expect(field(directory, 0, 4) == 0x0201_4B50 && field(directory, 6, 2) == 20)
        #expect(field(directory, 16, 4) == 0x0102_0304 && field(directory, 20, 4) == 5 && field(directory, 24, 4) == 5)
        #expect(field(directory, 42, 4) == 0)
        let last = Array(directory.suffix(22))
        #expect(field(last, 0, 4) == 0x0605_4B50 && field(last, 10, 2) == 1)
        #expect(field(last, 12, 4) == UInt64(directory.count - 22) && field(last, 16, 4) == directoryAt)
        #expect(zip.offset == directoryAt + UInt64(directory.count))
    }

    @Test(arguments: [(0xFFFF_FFFE, false), (0xFFFF_FFFF, true), (5_000_000_000, true)])
    func `a file has fields of 64 bits from where it needs them`(size: Int, isLarge: Bool) {
        var zip = ZipWriter()
        let entry = ZipEntry(name: "a", modified: time, size: size)
        let header = zip.begin(entry)
        let end = zip.end(entry, checksum: 1)
        let directory = zip.finish()

        #expect(field(header, 4, 2) == (isLarge ? 45 : 20))
        #expect((extra(1, in: Array(header[31...])) != nil) == isLarge)
        #expect(end.count == (isLarge ? 24 : 16))
        #expect(field(end, 8, isLarge ? 8 : 4) == UInt64(size))
        let fields = Array(directory[47..<46 + 1 + Int(field(directory, 30, 2))])
        #expect(extra(1, in: fields)?.count == (isLarge ? 16 : nil))
        #expect(field(directory, 20, 4) == (isLarge ? 0xFFFF_FFFF : UInt64(size)))
        if let large = extra(1, in: fields) { #expect(number(large.prefix(8)) == UInt64(size)) }
    }

    @Test func `what lies beyond four gigabytes is found by 64 bits`() throws {
        var zip = ZipWriter()
        let entries = (0..<100).map { ZipEntry(name: "\($0)", modified: time, size: 50 << 20) }
        var offsets: [UInt64] = []
        for entry in entries {
            offsets.append(zip.offset)
            _ = zip.begin(entry)
            _ = zip.end(entry, checksum: 0)
        }
        let start = zip.offset
        let directory = zip.finish()

        var (at, found) = (0, [UInt64]())
        for _ in entries {
            let (name, size) = (Int(field(directory, at + 28, 2)), Int(field(directory, at + 30, 2)))
            let large = extra(1, in: Array(directory[at + 46 + name..<at + 46 + name + size]))
            found.append(large.map { number($0) } ?? field(directory, at + 42, 4))
            at += 46 + name + size
        }
        #expect(found == offsets && offsets.contains { $0 > 0xFFFF_FFFF })
        #expect(field(directory, at, 4) == 0x0606_4B50 && field(directory, at + 4, 8) == 44)
        #expect(field(directory, at + 32, 8) == 100 && field(directory, at + 40, 8) == UInt64(at))
        #expect(field(directory, at + 48, 8) == start)
        #expect(field(directory, at + 56, 4) == 0x0706_4B50 && field(directory, at + 64, 8) == start + UInt64(at))
        #expect(field(directory, at + 76, 4) == 0x0605_4B50 && field(directory, at + 92, 4) == 0xFFFF_FFFF)
        #expect(directory.count == at + 98)
    }

    @Test func `more than 65,534 files are counted by 64 bits`() {
        var zip = ZipWriter()
        for number in 0..<65_535 {
            let entry = ZipEntry(name: "\(number)", modified: time, size: 0)
            _ = zip.begin(entry)
            _ = zip.end(entry, checksum: 0)
        }
        let end = Array(zip.finish().suffix(98))
        #expect(field(end, 0, 4) == 0x0606_4B50 && field(end, 32, 8) == 65_535)
        #expect(field(end, 86, 2) == 0xFFFF)
    }

    @Test(arguments: [
        ("1980-01-01T00:00:00Z", 0, 1, 1, 0, 0, 0), ("1969-12-31T00:00:00Z", 0, 1, 1, 0, 0, 0),
        ("2026-11-21T05:03:49Z", 46, 11, 21, 5, 3, 24), ("2107-12-31T23:59:59Z", 127, 12, 31, 23, 59, 29),
        ("2200-01-01T00:00:00Z", 127, 12, 31, 23, 59, 29),
    ] as [(String, UInt16, UInt16, UInt16, UInt16, UInt16, UInt16)])
    func `a time is one that MS-DOS has`(
        text: String, year: UInt16, month: UInt16, day: UInt16, hour: UInt16, minute: UInt16, half: UInt16
    ) throws {
        let (date, time) = DOSTime.of(try #require(Instant(text: text)))
        #expect(date == year << 9 | month << 5 | day)
        #expect(time == hour << 11 | minute << 5 | half)
    }
}
