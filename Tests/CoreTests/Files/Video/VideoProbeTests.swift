@testable import Core
import Foundation
import Synchronization
import TestSupport
import Testing

/// What is learned of a stored film, from the real ffprobe and from programs in its place.
struct VideoProbeTests {
    private let fixture: FilesFixture

    init() async throws { fixture = try await FilesFixture() }

    /// - Parameter program: A shell script in place of ffprobe.
    private func probe(_ program: String? = nil, path: String = LimitedProcess.path) throws -> VideoProbe {
        if let program {
            let file = fixture.folder + "/ffprobe"
            try Data("#!/bin/sh\n\(program)\n".utf8).write(to: URL(filePath: file))
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file)
        }
        return VideoProbe(
            store: fixture.store, time: fixture.time, logger: fixture.logger,
            path: program == nil ? path : "\(fixture.folder):\(path)")
    }

    private func info(of film: Asset, _ probe: VideoProbe) async throws -> VideoInfo? {
        try await probe(film.key, film.type)
    }

    @Test(.enabled(if: Film.canBeMade), arguments: [
        ("a.mp4", []), ("a.mp4", ["-movflags", "+faststart"]), ("a.webm", []), ("a.webm", ["-live", "1"]),
        ("a.mp4", ["-movflags", "frag_keyframe+empty_moov"]),
    ] as [(String, [String])])
    func `a film's size and duration are found, also where it does not say how long it is`(
        name: String, options: [String]
    ) async throws {
        let film = try await fixture.film(Film.make(name, options), name.hasSuffix("webm") ? .webm : .mp4)

        #expect(try await info(of: film, probe()) == VideoInfo(
            hasVideo: true, dimensions: ImageSize(width: 320, height: 180), duration: .seconds(2)))
    }

    @Test(.enabled(if: Film.canBeMade))
    func `a film that was recorded on its side is upright`() async throws {
        let film = try await fixture.film(Film.turned(Film.make("a.mp4")))

        #expect(try await info(of: film, probe())?.dimensions == ImageSize(width: 180, height: 320))
    }

    @Test(.enabled(if: Film.canBeMade), arguments: [("a.mp4", FileType.mp4), ("a.webm", .webm)])
    func `sound alone is no film`(name: String, type: FileType) async throws {
        let sound = try await fixture.film(Film.sound(name), type)

        #expect(try await info(of: sound, probe())?.hasVideo == false)
    }

    @Test(.enabled(if: Film.canBeMade), arguments: [
        Sample.mp4, Sample.text, Array("#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n".utf8),
        Array("ffconcat version 1.0\nfile /etc/passwd\n".utf8),
    ])
    func `of what is no film nothing is said, and nothing that it names is opened`(bytes: [UInt8]) async throws {
        let film = try await fixture.film(bytes)

        #expect(try await info(of: film, probe())?.hasVideo != true)
    }

    @Test func `where ffprobe or the program that bounds it is not installed, nothing is said`() async throws {
        let film = try await fixture.film(Sample.mp4)

        #expect(try await info(of: film, probe(path: "/nowhere")) == nil)
        #expect(try await info(of: film, probe("echo '{\"streams\": []}'", path: "/nowhere")) == nil)
        #expect(try await info(of: film, probe("echo '{\"streams\": []}'"))?.hasVideo == false, "with it")
    }

    @Test func `it works on a copy that nobody else can open, in the format that we have recognized`() async throws {
        // Says what it was given as a width and a height.
        let program = """
            case "$*" in *"-f mov "*) ;; *) exit 1;; esac
            case "$*" in *" film") ;; *) exit 1;; esac
            printf '{"streams": [{"codec_type": "video", "width": %s, "height": %s}], "format": {"duration": "%s"}}' \
            "$(stat -c %a .)" "$(stat -c %a film)" "$(stat -c %s film)"
            """
        let film = try await fixture.film(Sample.mp4)

        #expect(try await info(of: film, probe(program)) == VideoInfo(
            hasVideo: true, dimensions: ImageSize(width: 700, height: 600),
            duration: .seconds(Sample.mp4.count)))
        let webm = try await fixture.film(Sample.webm, .webm)
        #expect(try await info(of: webm, probe(program)) == nil, "another format is named")
    }

    @Test(arguments: [
        "exit 1", "echo '{'", "echo nothing", "kill -9 $$", "yes", "echo '[]'", "printf '[%.0s' $(seq 9999)",
    ])
    func `a program that fails, or says what cannot be read, says nothing`(program: String) async throws {
        let film = try await fixture.film(Sample.mp4)

        #expect(try await info(of: film, probe(program)) == nil)
    }

    @Test func `a film whose bytes are gone is the store's error`() async throws {
        let film = try await fixture.film(Sample.mp4)
        try await fixture.store.delete(film.key)

        await #expect(throws: FileStoreError.notFound) { try await info(of: film, probe("echo '{}'")) }
    }

    @Test func `the copy is removed in any case`() async throws {
        let film = try await fixture.film(Sample.mp4)
        let store = fixture.store
        func folder(_ end: @Sendable @escaping () async throws -> Void) async throws -> String {
            var seen = ""
            do {
                try await VideoCopy.with(film.key, of: store) { folder in
                    seen = folder
                    #expect(FileManager.default.contents(atPath: folder + "/film") == Data(Sample.mp4))
                    try await end()
                }
            } catch is Unexpected {}
            return seen
        }

        let (done, failed) = (try await folder {}, try await folder { throw Unexpected("broken") })
        for path in [done, failed] { #expect(!FileManager.default.fileExists(atPath: path) && !path.isEmpty) }

        let gate = Gate()
        let recorded = Recorded()
        let task = Task {
            try await VideoCopy.with(film.key, of: store) { folder in
                recorded.set(folder)
                await gate.pass()
                try Task.checkCancellation()
            }
        }
        await gate.arrivals()
        task.cancel()
        gate.open()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(!FileManager.default.fileExists(atPath: recorded.folder))
    }
}

/// What a task that was cancelled has seen.
private final class Recorded: Sendable {
    private let state = Mutex("")

    var folder: String { state.withLock { $0 } }

    func set(_ folder: String) { state.withLock { $0 = folder } }
}
