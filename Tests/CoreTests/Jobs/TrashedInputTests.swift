@testable import Core
import SQL
import Testing
import TestSupport

/// Pictures in the trash as inputs of jobs.
struct TrashedInputTests {
    private func request(_ picture: ID<Asset>) -> JobRequest {
        JobRequest(
            kind: KindName(rawValue: "background_removal"), parameters: ["inputAssetId": .string(picture.rawValue)])
    }

    @Test(arguments: TestEngine.available)
    func `a picture in the trash is no input, and the refusal says why`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        let picture = try await world.upload(for: actor)
        try await world.app.files.assets.trash(picture, of: actor.account)

        let error = await #expect(throws: SubmitError.self) {
            try await world.submitJob([request(picture)], by: actor)
        }

        #expect(error == .pictureInTrash("inputAssetId"))
        _ = try await world.app.files.assets.restore(picture, of: actor.account)
        guard case .submitted(let jobs) = try await world.submitJob([request(picture)], by: actor), let job = jobs.first
        else { throw Unexpected("it was not submitted") }
        await #expect(throws: AssetError.inUse(by: job.id)) {
            try await world.app.files.assets.trash(picture, of: actor.account)
        }
    }
}
