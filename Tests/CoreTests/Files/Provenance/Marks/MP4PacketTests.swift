@testable import Core
import TestSupport
import Testing

/// XMP in films, whose offsets must not change.
struct MP4PacketTests {
    private static let xmp: [UInt8] = [
        0xBE, 0x7A, 0xCF, 0xCB, 0x97, 0xA9, 0x42, 0xE8, 0x9C, 0x71, 0x99, 0x94, 0x91, 0xE3, 0xAF, 0xAC,
    ]
    private let packet = MarkSample.packet

    private var box: [UInt8] { Film.box("uuid", Self.xmp + packet) }

    private func embed(_ film: [UInt8]) -> [UInt8]? { EmbedPacket.embed(packet, in: film, .mp4) }

    private func isWhole(_ film: [UInt8]) -> Bool {
        var end = VideoEnd()
        film.withUnsafeBytes { end.take($0) }
        return end.isWhole
    }

    @Test func `it is a box behind the others, and another one takes its place`() throws {
        let marked = try #require(embed(Sample.mp4))

        #expect(marked == Sample.mp4 + box)
        #expect(isWhole(marked))
        #expect(embed(marked) == marked)
        #expect(embed(Sample.mp4 + Film.box("uuid", Self.xmp + [1, 2])) == marked)
    }

    @Test func `one that is before others becomes a box without meaning, of the same size`() throws {
        let head = Array(Sample.mp4.prefix(24))
        let film = head + Film.box("uuid", Self.xmp + Array("OLD".utf8)) + Sample.mp4.dropFirst(24)

        let marked = try #require(embed(film))

        #expect(marked == head + Film.box("free", [UInt8](repeating: 0, count: 19)) + Sample.mp4.dropFirst(24) + box)
        #expect(embed(marked) == marked && isWhole(marked))
    }

    @Test func `zeros and the index of fragments stay at the end`() throws {
        #expect(embed(Sample.mp4 + [0, 0, 0]) == Sample.mp4 + box + [0, 0, 0])
        let zeros = [UInt8](repeating: 0, count: 40)
        #expect(embed(Sample.mp4 + zeros) == Sample.mp4 + box + zeros)
        let index = Film.box("mfra", [9, 9])
        #expect(embed(Sample.mp4 + index) == Sample.mp4 + box + index)
        #expect(embed(Sample.mp4 + box + index) == Sample.mp4 + box + index)
    }

    @Test func `a box of a large size is followed, and one without an end is refused`() throws {
        let large = [0, 0, 0, 1] + Array("mdat".utf8) + [0, 0, 0, 0, 0, 0, 0, 20, 1, 2, 3, 4]
        #expect(embed(Sample.mp4 + large) == Sample.mp4 + large + box)
        let endless = [0, 0, 0, 0] + Array("mdat".utf8) + [1, 2, 3, 4]
        #expect(embed(Sample.mp4 + endless) == nil)
        #expect(embed(Array(Sample.mp4.dropLast())) == nil)
        #expect(embed(Sample.mp4 + [0, 0, 0, 7] + Array("free".utf8)) == nil)
        let huge = [0, 0, 0, 1] + Array("mdat".utf8) + [0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]
        #expect(embed(Sample.mp4 + huge) == nil)
    }

    @Test func `content credentials are recognized`() {
        let credentials: [UInt8] = [
            0xD8, 0xFE, 0xC3, 0xD6, 0x1B, 0x0E, 0x48, 0x3C, 0x92, 0x97, 0x58, 0x28, 0x87, 0x7E, 0xC4, 0x81,
        ]
        let head = Array(Sample.mp4.prefix(24))
        #expect(MP4Packet.hasManifest(head + Film.box("uuid", credentials + [1]) + Sample.mp4.dropFirst(24)))
        #expect(!MP4Packet.hasManifest(Sample.mp4 + box) && !MP4Packet.hasManifest([]))
    }

    @Test(.enabled(if: Film.canBeMade), arguments: [
        [], ["-movflags", "+faststart"], ["-movflags", "frag_keyframe+empty_moov"],
    ])
    func `a real film plays as before`(options: [String]) async throws {
        let fixture = try await FilesFixture()
        let film = try await Film.make("a.mp4", options)
        let marked = try #require(embed(film))
        let probe = VideoProbe(store: fixture.store, time: fixture.time, logger: fixture.logger)
        let poster = VideoPoster(store: fixture.store, time: fixture.time, logger: fixture.logger)

        let (before, after) = (try await fixture.film(film), try await fixture.film(marked))

        #expect(try await probe(after.key, .mp4) == probe(before.key, .mp4))
        #expect(try await poster(after) == poster(before))
        #expect(MarkSample.count(packet, in: marked) == 1 && isWhole(marked))
    }
}
