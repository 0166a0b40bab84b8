import Core
import HTTPTypes
import TestSupport
import Testing
@testable import Web

/// `GET /api/assets/{id}/settings`
struct SettingsRouteTests {
    @Test(arguments: TestEngine.available)
    func `the owner reads the settings of a file, and others find no such file`(on engine: TestEngine) async throws {
        try await ProvenanceWorld.run(on: engine) { world in
            let (ada, eve) = (
                try await world.fixture.signedIn(), try await world.fixture.signedIn("eve@example.com"))
            let mine: HTTPFields = [.authorization: "Bearer \(ada.accessToken)"]
            let text = PictureFile.chunk(
                "tEXt", Array("parameters\0a cat\nSteps: 4, Sampler: x, CFG scale: 1.5, Seed: 7".utf8))
            let sent = try await world.send(
                .post, "/api/assets", PictureFile.png(Sample.png(), adding: [text]), headers: mine)
            let id = try #require(sent["id"]?.string, "\(sent.text)")
            let plain = try await world.send(.post, "/api/assets", Sample.png(50, 50), headers: mine)

            let settings = try await world.send(.get, "/api/assets/\(id)/settings", headers: mine)
            #expect(settings.status == 200 && settings["source"] == "automatic1111", "\(settings.text)")
            #expect(settings["prompt"] == "a cat" && settings["seed"] == 7 && settings["steps"] == 4)
            #expect(settings["guidance"]?.text == "1.5" && settings["model"] == nil)
            #expect(settings["raw"]?.string?.hasPrefix("a cat\nSteps: 4") == true)

            let missing = try await world.send(
                .get, "/api/assets/\(plain["id"]?.string ?? "")/settings", headers: mine)
            #expect(missing.status == 404 && missing.code == "settings_missing")
            let other = try await world.send(
                .get, "/api/assets/\(id)/settings", headers: [.authorization: "Bearer \(eve.accessToken)"])
            #expect(other.status == 404 && other.code == "not_found")
            #expect(try await world.send(.get, "/api/assets/nonsense/settings", headers: mine).code == "not_found")
            #expect(try await world.send(.get, "/api/assets/\(id)/settings").status == 401)
        }
    }
}
