/// A file in a ZIP.
struct ZipEntry: Sendable, Hashable {
    /// Unique in the ZIP, without separators.
    let name: String
    let modified: Instant
    let size: Int
}

/// The parts of a ZIP around its files (PKWARE's APPNOTE 6.3.10), in order: for each file `begin`, its bytes, `end`; at
/// last `finish`. It holds only the directory, so a ZIP can have any size: where 32 bits do not suffice it is a ZIP64.
///
/// Files are stored as they are, since pictures and films do not get smaller. A file's checksum stands behind it.
struct ZipWriter: Sendable {
    /// Of what has been written so far, the files' own bytes included.
    private(set) var offset: UInt64 = 0
    private var directory: [UInt8] = []
    private var count: UInt64 = 0
    private var begun: UInt64 = 0

    private static let most32 = UInt64(UInt32.max)
    private static let most16 = UInt64(UInt16.max)

    mutating func begin(_ entry: ZipEntry) -> [UInt8] {
        begun = offset
        let isLarge = Self.isLarge(entry)
        var extra = Self.time(entry.modified)
        // The sizes are behind the file, but this field says that they have 64 bits there.
        if isLarge {
            extra.add16(1, 16)
            extra.add64(0, 0)
        }
        var header: [UInt8] = []
        header.add32(0x0403_4B50)
        header.add16(isLarge ? 45 : 20)
        header += Self.common(entry)
        header.add32(0)
        header.add32(isLarge ? .max : 0, isLarge ? .max : 0)
        header.add16(UInt16(entry.name.utf8.count), UInt16(extra.count))
        header += Array(entry.name.utf8) + extra
        offset += UInt64(header.count)
        return header
    }

    /// - Parameter checksum: Of the file's bytes, of which there were as many as the entry says.
    mutating func end(_ entry: ZipEntry, checksum: UInt32) -> [UInt8] {
        let size = UInt64(entry.size)
        var end: [UInt8] = []
        end.add32(0x0807_4B50, checksum)
        if Self.isLarge(entry) { end.add64(size, size) } else { end.add32(UInt32(size), UInt32(size)) }
        offset += size + UInt64(end.count)
        register(entry, checksum)
        return end
    }

    /// The directory and what follows it.
    mutating func finish() -> [UInt8] {
        let (start, size) = (offset, UInt64(directory.count))
        var end = directory
        if count >= Self.most16 || size >= Self.most32 || start >= Self.most32 {
            end.add32(0x0606_4B50)
            end.add64(44)
            end.add16(Self.madeBy, 45)
            end.add32(0, 0)
            end.add64(count, count, size, start)
            end.add32(0x0706_4B50, 0)
            end.add64(start + size)
            end.add32(1)
        }
        let files = UInt16(min(count, Self.most16))
        end.add32(0x0605_4B50)
        end.add16(0, 0, files, files)
        end.add32(UInt32(min(size, Self.most32)), UInt32(min(start, Self.most32)))
        end.add16(0)
        offset += UInt64(end.count)
        directory = []
        return end
    }

    private mutating func register(_ entry: ZipEntry, _ checksum: UInt32) {
        let (size, isLarge, isFar) = (UInt64(entry.size), Self.isLarge(entry), begun >= Self.most32)
        var large: [UInt8] = []
        if isLarge { large.add64(size, size) }
        if isFar { large.add64(begun) }
        var extra = Self.time(entry.modified)
        if !large.isEmpty {
            extra.add16(1, UInt16(large.count))
            extra += large
        }
        let size32 = UInt32(min(size, Self.most32))
        directory.add32(0x0201_4B50)
        directory.add16(Self.madeBy, large.isEmpty ? 20 : 45)
        directory += Self.common(entry)
        directory.add32(checksum, size32, size32)
        directory.add16(UInt16(entry.name.utf8.count), UInt16(extra.count), 0, 0, 0)
        // A plain file that its owner may read and write.
        directory.add32(0o100644 << 16, UInt32(min(begun, Self.most32)))
        directory += Array(entry.name.utf8) + extra
        count += 1
    }

    /// On Unix, by version 4.5, which is that of ZIP64.
    private static let madeBy: UInt16 = 3 << 8 | 45

    private static func isLarge(_ entry: ZipEntry) -> Bool { UInt64(entry.size) >= most32 }

    /// Flags, method and time. The sizes are behind the file, and the name is in UTF-8.
    private static func common(_ entry: ZipEntry) -> [UInt8] {
        let (date, time) = DOSTime.of(entry.modified)
        var bytes: [UInt8] = []
        bytes.add16(1 << 3 | 1 << 11, 0, time, date)
        return bytes
    }

    /// The time in seconds since 1970, since the other one has no zone.
    private static func time(_ instant: Instant) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.add16(0x5455, 5)
        bytes.append(1)
        bytes.add32(UInt32(bitPattern: Int32(clamping: instant.seconds)))
        return bytes
    }
}

/// The time of a file as MS-DOS has it, here in UTC: every other second from 1980 to 2107.
enum DOSTime {
    static func of(_ instant: Instant) -> (date: UInt16, time: UInt16) {
        let parts = instant.text.split { !$0.isNumber }.prefix(6).compactMap { UInt16($0) }
        guard parts.count == 6, parts[0] >= 1980 else { return (1 << 5 | 1, 0) }
        guard parts[0] <= 2107 else { return (127 << 9 | 12 << 5 | 31, 23 << 11 | 59 << 5 | 29) }
        return ((parts[0] - 1980) << 9 | parts[1] << 5 | parts[2], parts[3] << 11 | parts[4] << 5 | parts[5] / 2)
    }
}

/// Numbers with their lowest byte first.
extension [UInt8] {
    fileprivate mutating func add16(_ numbers: UInt16...) { add(numbers) }
    fileprivate mutating func add32(_ numbers: UInt32...) { add(numbers) }
    fileprivate mutating func add64(_ numbers: UInt64...) { add(numbers) }

    private mutating func add<Number: FixedWidthInteger>(_ numbers: [Number]) {
        for number in numbers { Swift.withUnsafeBytes(of: number.littleEndian) { append(contentsOf: $0) } }
    }
}
