@testable import Core
import SQL
import TestSupport
import Testing

/// Thumbnails say what their pictures say.
struct MarkedThumbnailTests {
    private func thumbnails(
        of asset: Asset, _ output: MarkedOutput, _ poster: Files.Poster? = nil
    ) async throws -> [[UInt8]] {
        let platform = try await Platform.testing(output.fixture.database, output.fixture.clock)
        let previews = Previews(
            platform, store: output.fixture.store, count: 1, poster: poster, marks: output.marks)
        #expect(try await previews.service.runOnce() == 1)
        var files: [[UInt8]] = []
        for key in asset.thumbnailKeys { files.append(try await output.fixture.bytes(of: key)) }
        return files
    }

    /// With its row, and an attempt that made it.
    private func settled(
        _ bytes: [UInt8], by provider: ProviderName, _ output: MarkedOutput
    ) async throws -> Asset {
        let outcome = try await output.outcome(of: bytes, by: provider)
        guard case .stored(let new) = outcome else { throw Unexpected("\(outcome)") }
        let job = output.job
        try await output.fixture.database.write(order: .alone) { transaction in
            try transaction.files.insertOutputs([new])
            for (number, name, state) in [(1, "another", "failed"), (2, "\(provider)", "succeeded")] {
                try transaction.execute(
                    """
                    INSERT INTO attempts (id, job_id, number, provider, endpoint, state, created_at, ended_at)
                    VALUES ($1, $2, $3, $4, 'e', $5, 0, 0)
                    """, ID<Attempt>.random(), job, number, name, state)
            }
        }
        return new.asset
    }

    @Test(arguments: TestEngine.available)
    func `an output's thumbnails have its term and nothing else, and look the same`(
        on engine: TestEngine
    ) async throws {
        let output = try await MarkedOutput(engine)
        let picture = try FilesFixture.picture(900, 600)

        let files = try await thumbnails(of: settled(picture, by: .fal, output), output)

        let plain = try PreviewFiles(of: picture).thumbnails
        for (file, unmarked) in zip(files, plain) {
            let text = String(decoding: file, as: UTF8.self)
            #expect(SourceType(foundIn: file) == .created && !output.isSigned(file))
            for part in ["FLUX", "CreateDate", "uuid", "Darkroom"] { #expect(!text.contains(part)) }
            #expect(file.count < unmarked.count + 600)
            #expect(
                try Picture(decoding: file, atMost: 2_000_000).pixels()
                    == Picture(decoding: unmarked, atMost: 2_000_000).pixels())
        }
        #expect(files.count == 3 && plain.count == 3)
    }

    @Test func `the thumbnails of the sandbox's pictures, of films and of GIFs have the job's term`() async throws {
        for (bytes, provider) in [
            (try FilesFixture.picture(), ProviderName.sandbox), (Sample.mp4, .fal), (PictureFile.gif(), .fal),
        ] {
            let output = try await MarkedOutput()
            let poster = try FilesFixture.picture()
            let files = try await thumbnails(of: settled(bytes, by: provider, output), output) { _ in poster }
            for file in files {
                #expect(SourceType(foundIn: file) == (provider == .sandbox ? .program : .created))
            }
        }
    }

    @Test func `an upload's thumbnails keep what it says, and say nothing if it says nothing`() async throws {
        let picture = try FilesFixture.picture()
        let marked = try #require(EmbedPacket.embed(MarkSample.packet, in: picture, .png))
        for (bytes, term) in [(picture, nil), (marked, SourceType.created)] {
            let output = try await MarkedOutput()
            let asset = try await output.fixture.upload(bytes, for: output.actor)
            for file in try await thumbnails(of: asset, output) { #expect(SourceType(foundIn: file) == term) }
        }
    }

    @Test func `with the switch off no thumbnail is marked`() async throws {
        let output = try await MarkedOutput(.sqlite, .off)
        let asset = try await settled(try FilesFixture.picture(), by: .fal, output)
        for file in try await thumbnails(of: asset, output) { #expect(SourceType(foundIn: file) == nil) }
    }
}
