import Core
import HTTPTypes
import HummingbirdTesting
import Testing
import TestSupport

struct ChangeAssetsTests {
    let app: FilesApp

    init() async throws { app = try await FilesApp() }

    private func body(_ text: String) -> [UInt8] { Array(text.utf8) }

    @Test func `a task says what it did, where it is, and how it is undone`() async throws {
        let assets = try await app.fixture.rows(3, for: app.mine)
        _ = try await app.fixture.job(of: app.mine, input: assets[1].id)
        try await app.test { client async throws in
            let begun = try await client.send(
                .post, "/api/assets/bulk",
                body: body(#"{"action": "trash", "query": {"kind": "upload"}, "except": ["\#(assets[0].id)"]}"#))
            let json = try begun.json
            let id = try #require(json["id"]?.string)

            #expect(begun.status == .accepted && begun.headers[.location] == "/api/assets/bulk/\(id)")
            #expect(json["action"] == "trash" && json["state"] == "completed")
            #expect(json["matched"] == 2 && json["done"] == 1 && json["changed"] == 1 && json["skipped"] == 1)
            #expect(json["skippedBecause"] == ["inUse": 1, "inTrash": 0, "tooManyTags": 0])
            #expect(json["undo"]?["url"] == .string("/api/assets/bulk/\(id)/undo"))
            let week = app.fixture.clock.now + .seconds(7 * 86_400)
            #expect(json["undo"]?["expiresAt"] == .string(week.text))
            #expect(try await client.send(.get, "/api/assets/bulk/\(id)").json == json)

            let url = try #require(json["undo"]?["url"]?.string)
            let undone = try await client.send(.post, url)
            #expect(undone.status == .accepted)
            #expect(try undone.json["state"] == "undone" && undone.json["undone"] == 1)
            #expect(try (undone.json["undo"] ?? .null) == .null)
            #expect(try await client.send(.post, url).json == undone.json, "twice is once")
        }
        #expect(try await app.fixture.all(of: app.mine).allSatisfy { $0.trashedAt == nil })
    }

    @Test func `each filter of a list is one of a query`() async throws {
        let assets = try await app.fixture.rows(2, for: app.mine)
        _ = try await app.fixture.assets.edit(
            assets[1].id, of: app.mine.account, AssetEdit(tags: ["red"], favorite: true))
        let day = String(app.fixture.clock.now.text.prefix(10))
        try await app.test { client async throws in
            for (query, matched) in [
                ("{}", 2), (#"{"favorite": true}"#, 1), (#"{"favorite": false}"#, 1), (#"{"tag": "red"}"#, 1),
                (#"{"kind": "output"}"#, 0), (#"{"jobKind": "text_to_image"}"#, 0), (#"{"model": "x"}"#, 0),
                (#"{"from": "\#(day)"}"#, 2), (#"{"to": "\#(day)"}"#, 0), (#"{"trash": false, "tag": null}"#, 2),
                (#"{"from": "\#(assets[1].createdAt.text)"}"#, 1), (#"{"to": "\#(assets[1].createdAt.text)"}"#, 1),
            ] as [(String, Int64)] {
                let task = try await client.send(
                    .post, "/api/assets/bulk", body: body(#"{"action": "untag", "tag": "no", "query": \#(query)}"#))
                #expect(try task.json["matched"] == .integer(matched), "\(query)")
            }
            let only = try await client.send(
                .post, "/api/assets/bulk",
                body: body(#"{"action": "tag", "tag": "blue", "only": ["\#(assets[0].id)"]}"#))
            #expect(try only.json["changed"] == 1 && only.json["tag"] == "blue")
        }
        #expect(try await app.fixture.all(of: app.mine).map(\.tags) == [["blue"], ["red"]])
    }

    @Test func `what is wrong with a request is said, and nothing is changed`() async throws {
        _ = try await app.fixture.rows(1, for: app.mine)
        let id = ID<Asset>.make(at: app.fixture.clock.now).rawValue
        let many = Array(repeating: "\"\(id)\"", count: 1001).joined(separator: ",")
        let few = Array(repeating: "\"\(id)\"", count: 201).joined(separator: ",")
        try await app.test { client async throws in
            for (text, code, field) in [
                (#"{"query": {}}"#, "missing_parameter", "action"),
                (#"{"action": "shred", "query": {}}"#, "invalid_parameter", "action"),
                (#"{"action": "tag", "query": {}}"#, "invalid_parameter", "tag"),
                (#"{"action": "tag", "tag": "", "query": {}}"#, "invalid_parameter", "tag"),
                (#"{"action": "trash", "tag": "red", "query": {}}"#, "invalid_parameter", "tag"),
                (#"{"action": "trash"}"#, "missing_parameter", "query"),
                (#"{"action": "trash", "query": {}, "only": []}"#, "invalid_parameter", "only"),
                (#"{"action": "trash", "only": [], "except": []}"#, "invalid_parameter", "except"),
                (#"{"action": "trash", "query": []}"#, "invalid_parameter", "query"),
                (#"{"action": "trash", "query": {"kinds": "upload"}}"#, "unknown_parameter", "query.kinds"),
                (#"{"action": "trash", "query": {"kind": "x"}}"#, "invalid_parameter", "query.kind"),
                (#"{"action": "trash", "query": {"from": "soon"}}"#, "invalid_parameter", "query.from"),
                (#"{"action": "trash", "query": {"favorite": 1}}"#, "invalid_parameter", "query.favorite"),
                (#"{"action": "trash", "query": {"trash": true}}"#, "invalid_parameter", "query.trash"),
                (#"{"action": "favorite", "query": {"trash": true}}"#, "invalid_parameter", "query.trash"),
                (#"{"action": "restore", "query": {"trash": false}}"#, "invalid_parameter", "query.trash"),
                (#"{"action": "trash", "query": {}, "except": ["x"]}"#, "invalid_parameter", "except"),
                (#"{"action": "trash", "query": {}, "except": [\#(many)]}"#, "invalid_parameter", "except"),
                (#"{"action": "trash", "only": [\#(few)]}"#, "invalid_parameter", "only"),
                (#"{"action": "trash", "query": {}, "ids": []}"#, "unknown_parameter", "ids"),
            ] as [(String, String, String)] {
                let refused = try await client.send(.post, "/api/assets/bulk", body: body(text))
                #expect(refused.status == .unprocessableContent, "\(text.prefix(80))")
                #expect(try refused.errorCode == code, "\(text.prefix(80))")
                #expect(try refused.json["error"]?["field"] == .string(field), "\(text.prefix(80))")
            }
            #expect(try await client.send(.post, "/api/assets/bulk", body: body("[]")).status == .badRequest)
            let large = body(String(repeating: " ", count: 65 << 10))
            #expect(try await client.send(.post, "/api/assets/bulk", body: large).status == .contentTooLarge)
        }
        #expect(try await app.fixture.all(of: app.mine).allSatisfy { $0.trashedAt == nil && $0.tags == [] })
    }

    @Test func `somebody else's task, an old one, and a deletion are not undone`() async throws {
        _ = try await app.fixture.rows(1, for: app.mine)
        let clock = app.fixture.clock
        try await app.test { client async throws in
            func begin(_ action: String) async throws -> String {
                let task = try await client.send(
                    .post, "/api/assets/bulk", body: body(#"{"action": "\#(action)", "query": {}}"#))
                return "/api/assets/bulk/\(try task.json["id"]?.string ?? "")"
            }
            let path = try await begin("favorite")
            #expect(try await client.send(.get, path, as: "other").status == .notFound)
            #expect(try await client.send(.post, path + "/undo", as: "other").status == .notFound)
            #expect(try await client.send(.get, path, as: nil).status == .unauthorized)
            #expect(try await client.send(.get, "/api/assets/bulk/x").status == .notFound)

            clock.now = clock.now + .seconds(7 * 86_400)
            let late = try await client.send(.post, path + "/undo")
            #expect(late.status == .conflict)
            #expect(try late.errorCode == "undo_expired")
            let deletion = try await client.send(.post, try await begin("delete") + "/undo")
            #expect(deletion.status == .conflict)
            #expect(try deletion.errorCode == "undo_unavailable")
        }
    }
}
