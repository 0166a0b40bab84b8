@testable import Core
import TestSupport
import Testing

/// A packet in a finished file: found by its place, one of it, and the picture the same.
struct EmbedPacketTests {
    private let packet = MarkSample.packet

    private func embed(_ file: [UInt8], _ format: PictureFormat) -> [UInt8]? {
        EmbedPacket.embed(packet, in: file, format.fileType)
    }

    @Test func `a marked picture has the same pixels, one packet, and nothing of an earlier one`() throws {
        for variant in try MarkSample.all() {
            let marked = try #require(embed(variant.file, variant.format), "\(variant)")

            let (before, after) = (
                try Picture(decoding: variant.file, atMost: 10_000), try Picture(decoding: marked, atMost: 10_000)
            )
            #expect(try after.pixels() == before.pixels() && after.bands == before.bands, "\(variant)")
            #expect(
                try PictureInfo(inspecting: marked).pages == PictureInfo(inspecting: variant.file).pages, "\(variant)")
            #expect(MarkSample.count(packet, in: marked) == 1, "\(variant)")
            #expect(MarkSample.count(Array("OLD".utf8), in: marked) == 0, "\(variant)")
            for kept in ["a profile of color", "Ada Lovelace", "Title\0stays"] {
                let bytes = Array(kept.utf8)
                #expect(
                    MarkSample.count(bytes, in: marked) == MarkSample.count(bytes, in: variant.file),
                    "\(variant): \(kept)")
            }
            // The packet is the last part of a WebP.
            guard variant.format != .webp || variant.description.contains("bytes behind") else { continue }
            #expect(marked.suffix(3) == variant.file.suffix(3), "what is behind the picture stays: \(variant)")
        }
    }

    @Test func `a second packet replaces the first`() throws {
        var other = ProvenancePacket(.enhanced)
        other.system = "another"
        for variant in try MarkSample.all() {
            let first = try #require(embed(variant.file, variant.format))
            let second = try #require(EmbedPacket.embed(other.bytes, in: first, variant.format.fileType))

            #expect(second == EmbedPacket.embed(other.bytes, in: variant.file, variant.format.fileType), "\(variant)")
            #expect(embed(second, variant.format) == first, "\(variant)")
        }
    }

    @Test func `in a JPEG it is behind the headers that must come first`() throws {
        let header = PictureFile.segment(0xE0, Array("JFIF\0\u{1}\u{1}\0\0\u{1}\0\u{1}\0\0".utf8))
        let plain = PictureFile.jpeg(try MarkSample.picture(.jpeg), adding: [header])
        let exif = PictureFile.exifSegment(TIFFBlock.oriented(3))
        let head = Array(plain.prefix(20))
        #expect(head.count == 2 + header.count)

        let marked = try #require(embed(head + exif + plain.dropFirst(20), .jpeg))
        let name = Array("http://ns.adobe.com/xap/1.0/\0".utf8)
        #expect(marked.dropFirst(20 + exif.count).starts(with: [0xFF, 0xE1]))
        #expect(marked.dropFirst(20 + exif.count + 4).starts(with: name + packet))

        let bare = try #require(embed([0xFF, 0xD8] + plain.dropFirst(20), .jpeg))
        #expect(bare.dropFirst(6).starts(with: name))
    }

    @Test func `in a PNG it is a chunk behind the header, with the right checksum`() throws {
        let marked = try #require(embed(MarkSample.picture(.png), .png))
        let chunk = PictureFile.chunk("iTXt", Array("XML:com.adobe.xmp\0\0\0\0\0".utf8) + packet)
        #expect(marked.dropFirst(33).starts(with: chunk))
    }

    @Test func `a WebP gets the extended header, its size and its flags`() throws {
        for (file, alpha) in [
            (try MarkSample.picture(.webp), UInt8(0)), (try MarkSample.picture(.webp, alpha: true), 0x10),
            (Sample.webp("VP8L", 301, 77), 0), (Sample.webp("VP8 ", 301, 77), 0),
        ] {
            let marked = try #require(embed(file, .webp))
            let riff = try #require(RIFF(marked))
            let size = try #require(ImageSize(head: file, type: .webp))

            #expect(riff.chunks.first?.name == "VP8X" && riff.chunks.last?.name == "XMP ")
            #expect(riff.end == marked.count && riff.chunks.allSatisfy { $0.range.lowerBound.isMultiple(of: 2) })
            #expect(marked[20] & 0x04 != 0, "XMP")
            #expect(marked[20] & 0x10 == alpha, "alpha")
            #expect(ImageSize(head: marked, type: .webp) == size)
        }
        var lossless = Sample.webp("VP8L", 301, 77)
        lossless[24] |= 0x10
        #expect(try #require(embed(lossless, .webp))[20] == 0x14, "the alpha of a simple lossless file")
    }

    @Test func `a packet that a JPEG has no room for is refused`() throws {
        let (picture, large) = (try MarkSample.picture(.jpeg), [UInt8](repeating: 65, count: 65_504))
        #expect(EmbedPacket.embed(large, in: picture, .jpeg) != nil)
        #expect(EmbedPacket.embed(large + [65], in: picture, .jpeg) == nil)
    }

    @Test func `formats without a place for it are refused`() {
        for (file, type) in [
            (PictureFile.gif(), FileType.gif), (Sample.webm, .webm), (Sample.text, .zip), (Sample.text, .avif),
            (Sample.text, .heic),
        ] {
            #expect(EmbedPacket.embed(packet, in: file, type) == nil)
        }
    }

    @Test(arguments: [FileType.jpeg, .png, .webp, .mp4])
    func `another file than is said, half a file, and nothing at all are refused`(type: FileType) throws {
        for file in [[], [0xFF], [0xFF, 0xD8], Sample.text, Sample.webm, [UInt8](repeating: 0, count: 99)] {
            #expect(EmbedPacket.embed(packet, in: file, type) == nil)
        }
    }

    @Test func `a file that is cut or changed anywhere ends in a file or a refusal`() throws {
        var chance = Seeded(7)
        let films = [(FileType.mp4, Sample.mp4 + Film.box("uuid", [1, 2, 3]) + Film.box("mfra"))]
        let files = try MarkSample.all().map { ($0.format.fileType, $0.file) } + films
        for (type, file) in files {
            for count in stride(from: 0, to: file.count, by: 3) {
                guard let marked = EmbedPacket.embed(packet, in: Array(file.prefix(count)), type) else { continue }
                #expect(MarkSample.count(packet, in: marked) == 1)
            }
            for _ in 0..<150 {
                var changed = file
                for _ in 0..<3 {
                    changed[Int(chance.number(0...Int64(file.count - 1)))] = UInt8(chance.number(0...255))
                }
                guard let marked = EmbedPacket.embed(packet, in: changed, type) else { continue }
                #expect(EmbedPacket.embed(packet, in: marked, type) == marked, "\(type): twice is once")
            }
        }
    }
}
