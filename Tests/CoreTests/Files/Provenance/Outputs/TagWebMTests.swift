@testable import Core
import Foundation
import Logging
import TestSupport
import Testing

/// Tags in WebM films, by the real ffmpeg and by programs in its place.
struct TagWebMTests {
    private let folder: TemporaryFolder
    private let packet: ProvenancePacket

    init() throws {
        folder = try TemporaryFolder()
        var packet = ProvenancePacket(.created)
        packet.system = "Model \u{1}1"
        packet.tool = "Darkroom 1.2"
        self.packet = packet
    }

    /// - Parameter program: A shell script in place of ffmpeg.
    private func tag(_ program: String? = nil, path: String = LimitedProcess.path) throws -> TagWebM {
        guard let program else { return TagWebM(time: .system, path: path) }
        let file = folder.path + "/ffmpeg"
        try Data("#!/bin/sh\n\(program)\n".utf8).write(to: URL(filePath: file))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file)
        return TagWebM(time: .system, path: "\(folder.path):\(path)")
    }

    @Test(.enabled(if: Film.canBeMade), arguments: [[], ["-live", "1"]])
    func `a film has the tags and the same pictures, and tags of its own are replaced`(options: [String]) async throws {
        let fixture = try await FilesFixture()
        let film = try await Film.make("a.webm", options)

        let marked = try await tag()(packet) { film }
        let first = try #require(marked.bytes)
        var other = packet
        other.sourceType = .enhanced
        let second = try #require(try await tag()(other, load: { first }).bytes)

        #expect(marked.problem == nil && SourceType(foundIn: first) == .created)
        #expect(MarkSample.count(Array("DIGITAL_SOURCE_TYPE".utf8), in: first) == 1)
        #expect(MarkSample.count(Array("Model 1".utf8), in: first) == 1, "without control characters")
        #expect(SourceType(foundIn: second) == .enhanced)
        #expect(MarkSample.count(Array("DIGITAL_SOURCE_TYPE".utf8), in: second) == 1)
        let probe = VideoProbe(store: fixture.store, time: fixture.time, logger: fixture.logger)
        let poster = VideoPoster(store: fixture.store, time: fixture.time, logger: fixture.logger)
        let (before, after) = (try await fixture.film(film, .webm), try await fixture.film(first, .webm))
        #expect(try await probe(after.key, .webm)?.dimensions == probe(before.key, .webm)?.dimensions)
        #expect(try await poster(after) == poster(before))
    }

    @Test func `without ffmpeg it stays as it came, and the reason says so`() async throws {
        let marked = try await tag(path: "/nowhere")(packet) { throw Unexpected("it is not read") }
        #expect(marked.bytes == nil && marked.problem?.contains("not installed") == true)

        let output = try await MarkedOutput()
        let asset = try output.asset(await output.outcome(of: Sample.webm, ffmpeg: "/nowhere"))
        #expect(try await output.fixture.bytes(of: asset.key) == Sample.webm)
        #expect(output.log.lines(at: .warning).count == 1)
    }

    @Test(arguments: ["exit 1", "kill -9 $$", "true", "echo nothing > tagged", "head -c 20 film > tagged", "yes"])
    func `a program that fails or makes no film leaves the film as it came`(program: String) async throws {
        let marked = try await tag(program)(packet) { Sample.webm }
        #expect(marked.bytes == nil && marked.problem != nil)
    }

    @Test func `a film is given by name alone, and what was made of it is taken`() async throws {
        let program = """
            case "$*" in *"-i film -map 0 -c copy"*) ;; *) exit 1;; esac
            cp film tagged
            """
        #expect(try await tag(program)(packet) { Sample.webm }.bytes == Sample.webm)
    }

    @Test func `what cannot be read of the store is its error`() async throws {
        await #expect(throws: FileStoreError.notFound) {
            try await tag("cp film tagged")(packet) { throw FileStoreError.notFound }
        }
    }
}
