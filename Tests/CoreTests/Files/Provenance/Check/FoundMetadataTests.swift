@testable import Core
import TestSupport
import Testing

/// Where metadata and credentials are in a file, and what is left out.
struct FoundMetadataTests {
    private let packet = #"<x:xmpmeta xmlns:x="adobe:ns:meta/"/>"#

    @Test func `a packet of XMP is found in each format that has one`() {
        let bytes = Array(packet.utf8)
        let iTXt = PictureFile.chunk("iTXt", Array("XML:com.adobe.xmp\0\0\0\0\0".utf8) + bytes)
        let uuid = PictureFile.big(24 + bytes.count, 4) + Array("uuid".utf8) + Self.xmpBox + bytes
        let files: [(FileType, [UInt8])] = [
            (.jpeg, PictureFile.jpeg(Sample.jpeg(), adding: [PictureFile.xmpSegment(packet)])),
            (.png, PictureFile.png(Sample.png(), adding: [iTXt])),
            (.webp, PictureFile.webp(
                Sample.webp("VP8 "), width: 640, height: 480, flags: 4, adding: [PictureFile.riff("XMP ", bytes)])),
            (.mp4, Sample.mp4 + uuid),
        ]
        for (type, file) in files {
            #expect(FoundMetadata(file, type: type).xmp.map { Array($0) } == bytes, "\(type)")
            let start = file.indices.first { file[$0...].starts(with: bytes) } ?? 0
            let cut = Array(file.prefix(start + bytes.count - 1))
            #expect(start > 0 && FoundMetadata(cut, type: type).xmp == nil, "\(type) cut off")
        }
    }

    @Test func `a packet or a store that is longer than its bound is left out`() {
        let long = [UInt8](repeating: 0x20, count: FoundMetadata.xmpLimit + 1)
        let webp = PictureFile.webp(
            Sample.webp("VP8 "), width: 640, height: 480, flags: 4,
            adding: [
                PictureFile.riff("XMP ", long),
                PictureFile.riff("C2PA", [UInt8](repeating: 0, count: FoundMetadata.manifestLimit + 1)),
            ])
        let found = FoundMetadata(webp, type: .webp)

        #expect(found.xmp == nil)
        #expect(unreadable(found) == .tooLarge)
    }

    @Test func `a store in many segments is joined, and one that is longer than its bound is refused`() {
        let limit = FoundMetadata.manifestLimit
        for (size, isRead) in [(100, true), (limit - 100, true), (limit, false)] {
            let store = Self.store(of: size)
            let file = PictureFile.jpeg(Sample.jpeg(), adding: Self.segments(store))
            let found = FoundMetadata(file, type: .jpeg)

            if case .store(let bytes, let ranges) = found.manifest {
                #expect(isRead && bytes == store && ranges.first?.lowerBound == 2, "\(size)")
                #expect(ranges.reduce(0) { $0 + $1.count } + Sample.jpeg().count == file.count, "\(size)")
            } else {
                #expect(!isRead && unreadable(found) == .tooLarge, "\(size)")
            }
        }
    }

    @Test func `with a second store nobody can say which counts`() {
        let file = PictureFile.png(
            Sample.png(), adding: [PictureFile.chunk("caBX", Self.store(of: 9)), PictureFile.chunk("caBX", [1])])
        #expect(unreadable(FoundMetadata(file, type: .png)) == .malformed)

        let two = Self.segments(Self.store(of: 9), instance: 1) + Self.segments(Self.store(of: 9), instance: 2)
        #expect(unreadable(FoundMetadata(PictureFile.jpeg(Sample.jpeg(), adding: two), type: .jpeg)) == .malformed)
    }

    @Test func `boxes of other standards in a JPEG are no credentials`() {
        let other = PictureFile.big(16, 4) + Array("jumbabcdefgh".utf8)
        let file = PictureFile.jpeg(Sample.jpeg(), adding: Self.segments(other) + [PictureFile.segment(0xEB, [1, 2])])
        guard case .none = FoundMetadata(file, type: .jpeg).manifest else {
            Issue.record("something was found")
            return
        }
    }

    @Test func `credentials in a film are seen and not read`() {
        let box: [UInt8] = [
            0xD8, 0xFE, 0xC3, 0xD6, 0x1B, 0x0E, 0x48, 0x3C, 0x92, 0x97, 0x58, 0x28, 0x87, 0x7E, 0xC4, 0x81,
        ]
        let film = Sample.mp4 + PictureFile.big(24, 4) + Array("uuid".utf8) + box
        #expect(unreadable(FoundMetadata(film, type: .mp4)) == .unsupported)
    }

    @Test func `of many texts with one key only the first is read, and never more than a few`() {
        let text = PictureFile.chunk("tEXt", Array("parameters\0one".utf8))
        let second = PictureFile.chunk("tEXt", Array("parameters\0two".utf8))
        let broken = [[UInt8]](repeating: PictureFile.chunk("zTXt", Array("darkroom\0\0xxxx".utf8)), count: 40)
        let found = FoundMetadata(PictureFile.png(Sample.png(), adding: [text, second]), type: .png)
        let late = FoundMetadata(PictureFile.png(Sample.png(), adding: broken + [text]), type: .png)

        #expect(found.texts == [.parameters: "one"])
        #expect(late.texts.isEmpty, "what has to be inflated again and again has an end")
    }

    private static let xmpBox: [UInt8] = [
        0xBE, 0x7A, 0xCF, 0xCB, 0x97, 0xA9, 0x42, 0xE8, 0x9C, 0x71, 0x99, 0x94, 0x91, 0xE3, 0xAF, 0xAC,
    ]

    private func unreadable(_ found: FoundMetadata) -> FileCredentials.Unreadable? {
        if case .unreadable(let reason) = found.manifest { reason } else { nil }
    }

    /// Looks like a store, with so many bytes in it.
    private static func store(of size: Int) -> [UInt8] {
        PictureFile.big(25 + size, 4) + Array("jumb".utf8) + PictureFile.big(17, 4) + Array("jumdc2pa".utf8) + [0]
            + [UInt8](repeating: 7, count: size)
    }

    private static func segments(_ box: [UInt8], instance: Int = 1) -> [[UInt8]] {
        let parts = stride(from: 8, to: max(box.count, 9), by: 60_000).map { box[$0..<min($0 + 60_000, box.count)] }
        return parts.enumerated().map { index, part in
            PictureFile.segment(
                0xEB,
                Array("JP".utf8) + PictureFile.big(instance, 2) + PictureFile.big(index + 1, 4) + box[..<8] + part)
        }
    }
}
