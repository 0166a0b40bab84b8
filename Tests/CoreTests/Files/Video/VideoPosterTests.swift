@testable import Core
import Foundation
import TestSupport
import Testing

/// The frame that stands for a film.
struct VideoPosterTests {
    private let fixture: FilesFixture

    init() async throws { fixture = try await FilesFixture() }

    /// - Parameter program: A shell script in place of ffmpeg.
    private func poster(_ program: String? = nil, path: String = LimitedProcess.path) throws -> VideoPoster {
        if let program {
            let file = fixture.folder + "/ffmpeg"
            try Data("#!/bin/sh\n\(program)\n".utf8).write(to: URL(filePath: file))
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file)
        }
        return VideoPoster(
            store: fixture.store, time: fixture.time, logger: fixture.logger,
            path: program == nil ? path : "\(fixture.folder):\(path)")
    }

    private func size(_ png: [UInt8]?) -> ImageSize? { png.flatMap { ImageSize(head: $0, type: .png) } }

    @Test(.enabled(if: Film.canBeMade), arguments: [
        ("a.mp4", []), ("a.webm", []), ("a.webm", ["-live", "1"]), ("a.mp4", ["-movflags", "+faststart"]),
    ] as [(String, [String])])
    func `a film has a frame of its own size`(name: String, options: [String]) async throws {
        let film = try await fixture.film(
            Film.make(name, options), name.hasSuffix("webm") ? .webm : .mp4, duration: .seconds(2))

        #expect(size(try await poster()(film)) == ImageSize(width: 320, height: 180))
    }

    @Test(.enabled(if: Film.canBeMade))
    func `a frame is upright, and one of a large film smaller`() async throws {
        let turned = try await fixture.film(Film.turned(Film.make("a.mp4")))
        let large = try await fixture.film(Film.make("a.mp4", size: "2560x1440", seconds: "0.3"))

        #expect(size(try await poster()(turned)) == ImageSize(width: 180, height: 320))
        #expect(size(try await poster()(large)) == ImageSize(width: 1280, height: 720))
    }

    @Test(.enabled(if: Film.canBeMade))
    func `a film that is shorter than it says, or says nothing, has its first frame`() async throws {
        let bytes = try await Film.make("a.mp4", seconds: "0.3")
        for duration in [Duration.seconds(36_000), nil] {
            let film = try await fixture.film(bytes, duration: duration)
            #expect(size(try await poster()(film)) != nil, "\(duration.map { "\($0)" } ?? "none")")
        }
    }

    @Test(.enabled(if: Film.canBeMade))
    func `what has no frame has no poster`() async throws {
        for bytes in [try await Film.sound("a.mp4"), Sample.mp4, Sample.text] {
            let film = try await fixture.film(bytes, duration: .seconds(1))
            #expect(try await poster()(film) == nil)
        }
    }

    @Test func `a picture has none, and no film where ffmpeg is not installed`() async throws {
        let film = try await fixture.film(Sample.mp4)
        let picture = try await fixture.film(Sample.png(), .png)

        #expect(try await poster(path: "/nowhere")(film) == nil)
        #expect(try await poster("cat film", path: "/nowhere")(film) == nil)
        #expect(try await poster("cat film")(picture) == nil)
    }

    /// The script prints what it was given, if that is a PNG.
    @Test(arguments: [
        ("cat film", Sample.png(), true), ("cat film", Sample.text, false), ("exit 0", Sample.png(), false),
        ("cat film; exit 1", Sample.png(), false), ("yes", Sample.png(), false), ("kill -9 $$", Sample.png(), false),
        // No frame at the instant that is tried first, as beyond the end.
        (#"case "$*" in *"-ss 0.000 "*) cat film;; esac"#, Sample.png(), true),
        (#"case "$*" in *"-ss 0.666 "*) cat film;; esac"#, Sample.png(), true),
    ])
    func `a poster is a PNG, or there is none`(program: String, bytes: [UInt8], isFrame: Bool) async throws {
        let film = try await fixture.film(bytes, duration: .seconds(2))

        #expect(try await poster(program)(film) == (isFrame ? bytes : nil))
    }

    @Test func `a film whose bytes are gone is the store's error`() async throws {
        let film = try await fixture.film(Sample.mp4)
        try await fixture.store.delete(film.key)

        await #expect(throws: FileStoreError.notFound) { try await poster("cat film")(film) }
    }

    @Test(arguments: [
        (nil, [1_000, 0]), (.seconds(36_000), [1_000, 0]), (.seconds(2), [666, 0]), (.milliseconds(3), [1, 0]),
        (.milliseconds(2), [0]), (.zero, [0]), (.seconds(-9), [0]),
    ] as [(Duration?, [Int64])])
    func `the frame is a second behind the beginning at most, and the first if there is none`(
        duration: Duration?, milliseconds: [Int64]
    ) {
        #expect(VideoPoster.instants(of: duration) == milliseconds.map { .milliseconds($0) })
    }
}
