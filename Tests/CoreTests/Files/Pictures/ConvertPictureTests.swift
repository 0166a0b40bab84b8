@testable import Core
import Foundation
import Logging
import TestSupport
import Testing

/// HEIC and AVIF, which another process decodes.
struct ConvertPictureTests {
    private let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

    private func convert(in folder: String? = nil) throws -> ConvertPicture {
        let folder = folder ?? FileManager.default.temporaryDirectory.path
        return try #require(
            ConvertPicture(program: Binary.url().path, folder: folder, time: .system, logger: logger))
    }

    private func upload(
        _ bytes: [UInt8], name: String? = nil, key: String? = nil, _ convert: ConvertPicture?,
        _ body: (Asset, FilesFixture) async throws -> Void
    ) async throws {
        let fixture = try await FilesFixture()
        let threads = PictureThreads(count: 1)
        let uploads = fixture.uploads(prepare: PrepareFile(PreparePicture(threads: threads, convert: convert)))
        let outcome = try await uploads(
            Parts(bytes), name: name, announced: nil, for: try await fixture.account(), idempotencyKey: key)
        guard case .stored(let asset) = outcome else { throw Unexpected("\(outcome)") }
        try await body(asset, fixture)
        try await threads.close()
    }

    @Test func `a HEIC is stored as a JPEG in its own colors, under a name with that ending`() async throws {
        try await upload(HEIFSample.heic, name: "IMG_1.HEIC", convert()) { asset, fixture in
            let bytes = try await fixture.bytes(of: asset.key)
            let picture = try Picture(decoding: bytes, atMost: 10_000)

            #expect(asset.type == .jpeg && asset.name == "IMG_1.jpg" && asset.key.description.hasSuffix(".jpg"))
            #expect(asset.size == bytes.count && asset.dimensions == ImageSize(width: 64, height: 48))
            #expect(String(decoding: bytes, as: UTF8.self).contains("ICC_PROFILE"), "Display P3")
            #expect(zip(try picture.pixels(), [255, 0, 0]).allSatisfy { abs(Int($0) - $1) <= 2 })
            #expect(try fixture.storedPaths() == [asset.key.description])
        }
    }

    @Test func `an AVIF with alpha is stored as a PNG`() async throws {
        try await upload(HEIFSample.avif, convert()) { asset, fixture in
            let picture = try Picture(decoding: await fixture.bytes(of: asset.key), atMost: 10_000)

            #expect(asset.type == .png && asset.name == "upload.png")
            #expect(zip(try picture.pixels(), [255, 0, 0, 128]).allSatisfy { abs(Int($0) - $1) <= 2 })
        }
    }

    @Test func `without a program it is refused, and nothing is left`() async throws {
        let fixture = try await FilesFixture()
        let actor = try await fixture.account()
        let threads = PictureThreads(count: 1)
        let missing = ConvertPicture(program: "/nonexistent/darkroom", time: .system, logger: logger)
        #expect(missing == nil)
        let uploads = fixture.uploads(prepare: PrepareFile(PreparePicture(threads: threads, convert: missing)))

        await #expect(throws: AssetError.notConvertible(.heic)) {
            try await uploads(Parts(HEIFSample.heic), name: nil, announced: nil, for: actor)
        }
        #expect(try fixture.storedPaths() == [])
        try await threads.close()
    }

    @Test func `one that is damaged is refused as that`() async throws {
        let convert = try convert()
        for bytes in [Array(HEIFSample.heic.prefix(300)), Array(HEIFSample.avif.prefix(300))] {
            let type = try #require(FileType(head: bytes))
            await #expect(throws: AssetError.damaged(type)) { try await convert(type) { bytes } }
        }
    }

    @Test func `a program that does something else is no converter`() async throws {
        let other = try #require(ConvertPicture(program: "/bin/true", time: .system, logger: logger))
        await #expect(throws: AssetError.notConvertible(.avif)) { try await other(.avif) { HEIFSample.avif } }
    }

    @Test func `no folder stays behind`() async throws {
        let folder = try TemporaryFolder()
        let convert = try convert(in: folder.path)
        _ = try await convert(.heic) { HEIFSample.heic }
        await #expect(throws: AssetError.self) { try await convert(.heic) { [1, 2, 3] } }
        let stopped = Task { try await convert(.heic) { HEIFSample.heic } }
        stopped.cancel()
        await #expect(throws: (any Error).self) { try await stopped.value }

        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
    }

    @Test func `the primaries of Display P3 are recognized by their number`() {
        let head = Array("\0\0\0\u{13}colrnclx".utf8)
        #expect(DecodeHEIF.statesP3([1, 2, 3] + head + [0, 12, 0, 13]))
        #expect(!DecodeHEIF.statesP3(head + [0, 1, 0, 13]) && !DecodeHEIF.statesP3(head) && !DecodeHEIF.statesP3([]))
        #expect(!DecodeHEIF.statesP3(Array("cccccolrprof".utf8) + [0, 12]))
    }

    @Test(arguments: [
        ("IMG_1.HEIC", "IMG_1.jpg"), ("a.b.avif", "a.b.jpg"), ("photo", "photo.jpg"), ("v1.5", "v1.5.jpg"),
        (".heic", ".heic.jpg"), ("x.png", "x.jpg"),
    ])
    func `the name gets the ending of what is stored`(name: String, expected: String) {
        #expect(AssetName.converted(name, to: .jpeg) == expected)
    }

    @Test func `a long name stays within its bound`() {
        let name = String(repeating: "é", count: 125) + ".heic"
        #expect(AssetName.converted(name, to: .jpeg).utf8.count <= AssetName.nameLimit)
    }
}
