import Core
import HTTPTypes
import HummingbirdTesting
import Testing
import TestSupport

struct TrashTests {
    let app: FilesApp

    init() async throws { app = try await FilesApp() }

    @Test func `a file goes into the trash and back, and says since when it is there`() async throws {
        let asset = try await app.fixture.upload(for: app.mine)
        let path = "/api/assets/\(asset.id)"
        try await app.test { client async throws in
            #expect(try await client.send(.delete, "\(path)?trash=true").status == .noContent)
            #expect(try await client.send(.delete, "\(path)?trash=true").status == .noContent, "twice is once")

            let shown = try await client.send(.get, path).json
            #expect(shown["trashedAt"] == .string(app.fixture.clock.now.text))

            let restored = try await client.send(.post, "\(path)/restore")
            #expect(restored.status == .ok)
            #expect(try restored.json["id"] == .string(asset.id.rawValue))
            #expect(try (restored.json["trashedAt"] ?? .null) == .null)
            #expect(try await client.send(.post, "\(path)/restore").status == .ok)
        }
        #expect(try app.fixture.storedPaths() == [asset.key.description])
    }

    @Test func `a link that was given away opens nothing from then on, and the owner's new one does`() async throws {
        let asset = try await app.fixture.upload(for: app.mine)
        let path = "/api/assets/\(asset.id)"
        try await app.test { client async throws in
            func link() async throws -> String {
                let url = try #require(try await client.send(.get, path).json["url"]?.string)
                return String(url.dropFirst("https://example.com".count))
            }
            let first = try await link()
            #expect(try await client.send(.get, first, as: nil).status == .ok)

            _ = try await client.send(.delete, "\(path)?trash=true")

            #expect(try await client.send(.get, first, as: nil).status == .forbidden)
            let inTrash = try await link()
            #expect(try await client.send(.get, inTrash, as: nil).status == .ok)

            _ = try await client.send(.post, "\(path)/restore")

            #expect(try await client.send(.get, first, as: nil).status == .forbidden)
            #expect(try await client.send(.get, inTrash, as: nil).status == .forbidden)
            #expect(try await client.send(.get, try await link(), as: nil).status == .ok)
        }
    }

    @Test func `without trash=true a deletion is final, in the trash too`() async throws {
        let (first, second) = (
            try await app.fixture.upload(for: app.mine), try await app.fixture.upload(for: app.mine))
        try await app.test { client async throws in
            #expect(try await client.send(.delete, "/api/assets/\(first.id)?trash=false").status == .noContent)
            _ = try await client.send(.delete, "/api/assets/\(second.id)?trash=true")
            #expect(try await client.send(.delete, "/api/assets/\(second.id)").status == .noContent)
            for id in [first.id, second.id] {
                #expect(try await client.send(.post, "/api/assets/\(id)/restore").status == .notFound)
                #expect(try await client.send(.delete, "/api/assets/\(id)?trash=true").status == .notFound)
            }
        }
        #expect(try app.fixture.storedPaths() == [])
    }

    @Test func `what cannot be done is refused with a code of its own`() async throws {
        let (asset, needed) = (
            try await app.fixture.upload(for: app.mine), try await app.fixture.upload(for: app.mine))
        let job = try await app.fixture.job(of: app.mine, input: needed.id)
        try await app.test { client async throws in
            _ = try await client.send(.delete, "/api/assets/\(asset.id)?trash=true")
            let edited = try await client.send(
                .patch, "/api/assets/\(asset.id)", body: Array(#"{"favorite": true}"#.utf8))
            #expect(edited.status == .conflict)
            #expect(try edited.errorCode == "asset_in_trash")

            let inUse = try await client.send(.delete, "/api/assets/\(needed.id)?trash=true")
            #expect(inUse.status == .conflict)
            #expect(try inUse.errorCode == "asset_in_use" && inUse.json["error"]?["jobId"] == .string(job.rawValue))

            for (path, status) in [
                ("/api/assets/\(asset.id)?trash=yes", 422), ("/api/assets/\(asset.id)?trsh=true", 422),
                ("/api/assets/x?trash=true", 404),
            ] {
                #expect(try await client.send(.delete, path).status.code == status)
            }
            for user in ["other", nil] {
                let (status, trashed) = (user == nil ? 401 : 404, try await client.send(
                    .delete, "/api/assets/\(needed.id)?trash=true", as: user))
                #expect(trashed.status.code == status)
                let restored = try await client.send(.post, "/api/assets/\(asset.id)/restore", as: user)
                #expect(restored.status.code == status)
            }
        }
    }

    @Test func `the trash is emptied as a task, of the account that asks`() async throws {
        var assets: [Asset] = []
        for actor in [app.mine, app.mine, app.other] { assets.append(try await app.fixture.upload(for: actor)) }
        try await app.fixture.assets.trash(assets[0].id, of: app.mine.account)
        try await app.fixture.assets.trash(assets[2].id, of: app.other.account)
        let kept = assets
        try await app.test { client async throws in
            let headers: HTTPFields = [try #require(HTTPField.Name("Idempotency-Key")): "k"]
            let emptied = try await client.send(.post, "/api/assets/trash/empty", headers: headers)

            #expect(emptied.status == .accepted)
            #expect(try emptied.json["action"] == "delete" && emptied.json["state"] == "completed")
            #expect(try emptied.json["matched"] == 1 && emptied.json["done"] == 1)
            #expect(try (emptied.json["undo"] ?? .null) == .null)
            let repeated = try await client.send(.post, "/api/assets/trash/empty", headers: headers)
            #expect(try repeated.json == emptied.json)
            #expect(HTTPField.Name("Idempotent-Replayed").flatMap { repeated.headers[$0] } == "true")
            #expect(try await client.send(.get, "/api/assets/\(kept[0].id)").status == .notFound)
            #expect(try await client.send(.get, "/api/assets/\(kept[1].id)").status == .ok)
            #expect(try await client.send(.get, "/api/assets/\(kept[2].id)", as: "other").status == .ok)
        }
    }
}
