@testable import Core
import SQL
import TestSupport
import Testing

/// Settings out of an account's stored files.
struct ReadSettingsTests {
    private func reading(_ fixture: FilesFixture) -> ReadSettings {
        ReadSettings(assets: fixture.assets, store: fixture.store, threads: PictureThreads(count: 1))
    }

    @Test(arguments: TestEngine.available)
    func `an account reads the settings of its own file, and nobody else does`(on engine: TestEngine) async throws {
        let fixture = try await FilesFixture(engine)
        let (mine, other) = (try await fixture.account(), try await fixture.account())
        let text = PictureFile.chunk("tEXt", Array("parameters\0a cat\nSteps: 4, Sampler: x, Seed: 7".utf8))
        let asset = try await fixture.upload(PictureFile.png(Sample.png(), adding: [text]), for: mine)
        let plain = try await fixture.upload(Sample.png(), for: mine)
        let gif = try await fixture.upload(Sample.gif(), for: mine)
        let read = reading(fixture)

        let settings = try await read(asset.id, of: mine.account)
        #expect(settings.prompt == "a cat" && settings.seed == 7 && settings.steps == 4)
        await #expect(throws: AssetError.notFound) { try await read(asset.id, of: other.account) }
        for asset in [plain, gif] {
            await #expect(throws: ReadSettings.Failure.none) { try await read(asset.id, of: mine.account) }
        }
    }

    @Test func `a file that is gone is an error of the store, and no settings`() async throws {
        let fixture = try await FilesFixture()
        let actor = try await fixture.account()
        let asset = try await fixture.upload(for: actor)
        try await fixture.store.delete(asset.key)

        await #expect(throws: FileStoreError.notFound) { try await reading(fixture)(asset.id, of: actor.account) }
    }
}
