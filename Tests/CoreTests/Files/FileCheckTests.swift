@testable import Core
import TestSupport
import Testing

/// What each bucket takes, by a file's first bytes.
struct FileCheckTests {
    private func check(
        _ head: [UInt8], size: Int? = nil, for bucket: Bucket = .outputs
    ) throws(AssetError) -> FileCheck {
        try FileCheck(
            IncomingFile(location: "", size: size ?? head.count, sha256: "", head: head, tail: []), for: bucket)
    }

    @Test func `a bucket takes its own types, up to its own size`() throws {
        let samples: [FileType: [UInt8]] = [
            .png: Sample.png(), .jpeg: Sample.jpeg(), .gif: Sample.gif(), .webp: Sample.webp(), .mp4: Sample.mp4,
            .webm: Sample.webm, .zip: [0x50, 0x4B, 3, 4],
        ]
        for bucket in Bucket.allCases {
            for (type, bytes) in samples {
                if bucket.types.contains(type) {
                    #expect(try check(bytes, size: bucket.sizeLimit, for: bucket).type == type)
                    #expect(throws: AssetError.tooLarge(limit: bucket.sizeLimit)) {
                        try check(bytes, size: bucket.sizeLimit + 1, for: bucket)
                    }
                } else {
                    #expect(throws: AssetError.self) { try check(bytes, for: bucket) }
                }
            }
        }
    }

    @Test(arguments: FileType.allCases)
    func `a type has one name for each use, and is found by that of HTTP`(type: FileType) {
        #expect(FileType(contentType: type.contentType) == type)
        #expect(FileType(contentType: type.contentType.uppercased() + "; charset=utf-8") == type)
        #expect(FileType(contentType: " \(type.contentType) ;x") == type)
        #expect(FileType(contentType: type.contentType + "x") == nil)
        #expect(!type.fileExtension.contains(".") && !type.name.isEmpty)
        #expect(PictureFormat(type)?.fileType == (type.isImage ? type : nil))
    }

    @Test(arguments: ["", ";", "image", "image/", "image/*", "*/*", "image/png,image/jpeg", "image/svg+xml"])
    func `what names none of the types is none`(contentType: String) {
        #expect(FileType(contentType: contentType) == nil)
    }

    @Test func `a film is known by its brand, and Matroska by its name within the first bytes`() {
        for brand in ["isom", "iso5", "iso6", "isoc", "mp41", "mp42", "avc1", "av01", "cmfc", "M4V ", "dash"] {
            #expect(FileType(head: [0, 0, 0, 24] + Array("ftyp\(brand)".utf8)) == .mp4)
        }
        for brand in ["mif1", "qt  ", "ISOM", "m4v ", "\0\0\0\0"] {
            #expect(FileType(head: [0, 0, 0, 24] + Array("ftyp\(brand)".utf8)) == nil)
        }
        #expect(FileType(head: Sample.mp4.prefix(11)) == nil && FileType(head: Array("ftypisom".utf8)) == nil)
        let padding = [UInt8](repeating: 0, count: 56)
        #expect(FileType(head: [0x1A, 0x45, 0xDF, 0xA3] + padding + Array("webm".utf8)) == .webm)
        #expect(FileType(head: [0x1A, 0x45, 0xDF, 0xA3] + padding + Array(" webm".utf8)) == nil, "behind 64 bytes")
        #expect(FileType(head: [0x1A, 0x45, 0xDF, 0xA3] + Array("matroska".utf8)) == nil)
    }

    @Test func `what cannot be removed is tried again later and later, within a day`() {
        let waits = (1...14).map { DeleteFiles.wait(after: $0) }

        #expect(waits.prefix(4) == [.seconds(60), .seconds(120), .seconds(240), .seconds(480)])
        #expect(waits == waits.sorted() && waits.last == .seconds(86_400))
        for tries in [0, -1, .min] { #expect(DeleteFiles.wait(after: tries) == .seconds(60)) }
        #expect(DeleteFiles.wait(after: .max) == .seconds(86_400))
    }
}
