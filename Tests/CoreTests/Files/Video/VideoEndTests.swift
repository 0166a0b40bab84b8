@testable import Core
import TestSupport
import Testing

/// Whether a film is whole, by its own structure.
struct VideoEndTests {
    private func isWhole(_ bytes: [UInt8], inPartsOf size: Int = .max) -> Bool {
        var end = VideoEnd()
        var rest = bytes[...]
        while !rest.isEmpty {
            Array(rest.prefix(size)).withUnsafeBytes { end.take($0) }
            rest = rest.dropFirst(size)
        }
        return end.isWhole
    }

    private static let type = Film.box("ftyp", Array("isom\0\0\u{2}\0isommp42".utf8))
    private static let index = Film.box("moov", [1, 2, 3])
    private static let data = Film.box("mdat", Array(repeating: 7, count: 40))
    private static let zeros = [UInt8](repeating: 0, count: 40)

    @Test(arguments: [
        type + index + data, type + data + index, type + Film.box("free") + data + index, type + index + data + zeros,
        type + index + data + [0, 0, 0], Sample.mp4,
        // In fragments.
        type + index + Film.box("moof", [1]) + data + Film.box("moof", [2]) + data + Film.box("mfra"),
        // A size in eight bytes, and one that reaches up to the end.
        type + index + [0, 0, 0, 1] + Array("mdat".utf8) + [0, 0, 0, 0, 0, 0, 0, 18, 1, 2],
        type + index + [0, 0, 0, 0] + Array("mdat".utf8) + [1, 2, 3],
    ] as [[UInt8]])
    func `an MP4 is whole whose boxes end with the file, with an index and data among them`(bytes: [UInt8]) {
        for size in [Int.max, 64, 7, 1] { #expect(isWhole(bytes, inPartsOf: size), "in parts of \(size)") }
    }

    @Test(arguments: [
        type, type + index, type + data, index + data, type + index + data + [1], type + index + data + zeros + [1],
        type + index + data + [0, 0, 0, 7] + Array("free".utf8), type + index + [0, 0, 0, 1] + Array("mdat".utf8),
        type + index + [0, 0, 0, 1] + Array("mdat".utf8) + [0, 0, 0, 0, 0, 0, 0, 15],
        type + index + [0, 0, 0, 1] + Array("mdat".utf8) + [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
        type + [0, 0, 0, 0] + Array("mdat".utf8) + index, type + index + Film.box("mdat") + [0, 0, 0, 9],
        Sample.png(), Sample.text, [],
    ] as [[UInt8]])
    func `an MP4 without one of them, cut, or with something else behind it is not whole`(bytes: [UInt8]) {
        for size in [Int.max, 7, 1] { #expect(!isWhole(bytes, inPartsOf: size), "in parts of \(size)") }
    }

    @Test func `an MP4 that is cut anywhere is not whole`() {
        let film = Self.type + Self.index + Self.data
        for length in 0..<film.count { #expect(!isWhole(Array(film.prefix(length))), "\(length) bytes") }
    }

    private static let header: [UInt8] = [0x1A, 0x45, 0xDF, 0xA3, 0x87, 0x42, 0x82, 0x84] + Array("webm".utf8)
    private static let segment: [UInt8] = [0x18, 0x53, 0x80, 0x67]
    private static let void: [UInt8] = [0xEC, 0x82, 1, 2]
    private static let cluster: [UInt8] = [0x1F, 0x43, 0xB6, 0x75]
    private static let unknown: [UInt8] = [0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]
    private static let block: [UInt8] = [0xA3, 0x83, 1, 2, 3]

    @Test(arguments: [
        header + segment + [0x84] + void, header + void + segment + [0x40, 4] + void, Sample.webm,
        header + segment + [0x84] + void + zeros, header + segment + [0x84] + void + Sample.text,
        header + segment + unknown + void + cluster + [0x85] + block,
        header + segment + [0xFF] + cluster + unknown + block + block + cluster + [0xFF] + block,
        header + segment + unknown + cluster + [0x85] + block + zeros,
    ] as [[UInt8]])
    func `a WebM is whole whose segment has the size that it says, or says none and ends with a part`(bytes: [UInt8]) {
        for size in [Int.max, 64, 7, 1] { #expect(isWhole(bytes, inPartsOf: size), "in parts of \(size)") }
    }

    @Test(arguments: [
        header, header + segment, header + segment + [0x80], header + segment + [0x85] + void,
        header + segment + unknown, header + segment + unknown + void,
        header + segment + unknown + cluster, header + segment + unknown + cluster + [0x86] + block,
        header + segment + unknown + cluster + unknown + block.dropLast(),
        header + segment + unknown + cluster + unknown + block + [0xA3],
        header + segment + unknown + [0xEC, 0xFF] + cluster + unknown + block,
        header + segment + unknown + cluster + unknown + block + [0x01, 0x80],
        header + segment + [0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFE] + void, header + segment + [0x00] + void,
    ] as [[UInt8]])
    func `a WebM that is cut, has nothing in it or is malformed is not whole`(bytes: [UInt8]) {
        for size in [Int.max, 7, 1] { #expect(!isWhole(bytes, inPartsOf: size), "in parts of \(size)") }
    }

    @Test(.enabled(if: Film.canBeMade), arguments: [
        ("a.mp4", []), ("a.mp4", ["-movflags", "+faststart"]), ("a.webm", []),
    ] as [(String, [String])])
    func `what ffmpeg writes is whole, and no part of it`(name: String, options: [String]) async throws {
        let film = try await Film.make(name, seconds: "1", options)

        #expect(isWhole(film) && isWhole(film, inPartsOf: 1) && isWhole(film + [0, 0, 0, 0, 0, 0]))
        for length in stride(from: 0, to: film.count, by: 97) {
            #expect(!isWhole(Array(film.prefix(length))), "\(length) of \(film.count) bytes")
        }
        #expect(!isWhole(Array(film.dropLast())))
    }

    @Test(.enabled(if: Film.canBeMade), arguments: [
        ("a.mp4", ["-movflags", "frag_keyframe+empty_moov"]), ("a.webm", ["-live", "1"]),
    ] as [(String, [String])])
    func `what is recorded while it is sent is whole at its end`(name: String, options: [String]) async throws {
        let film = try await Film.make(name, options)

        #expect(isWhole(film) && isWhole(film, inPartsOf: 1))
        #expect(!isWhole(Array(film.dropLast())))
    }

    @Test func `bytes of chance never stop it, and are no film`() {
        var chance = Seeded(61)
        for _ in 0..<2_000 {
            let start = chance.happens(oneIn: 2) ? Self.type : Self.header
            let bytes = start + (0..<chance.number(1...60)).map { _ in
                chance.happens(oneIn: 3) ? 0xFF : UInt8(chance.number(0...255))
            }
            #expect(isWhole(bytes) == isWhole(bytes, inPartsOf: 1))
        }
    }
}
