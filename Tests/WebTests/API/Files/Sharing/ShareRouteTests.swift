import Core
import HTTPTypes
import HummingbirdTesting
import TestSupport
import Testing
@testable import Web

/// `/api/assets/{id}/share` and `/api/shares`.
struct ShareRouteTests {
    @Test func `an output is shared, seen, changed and no longer shared`() async throws {
        try await ShareWorld.run { world in
            let asset = try await world.output()
            let path = "/api/assets/\(asset.id)/share"
            let absent = try await world.send(.get, path)
            #expect(absent.status == .notFound)
            #expect(try absent.errorCode == "not_shared")

            let made = try await world.send(.post, path)

            #expect(made.status == .created && made.headers[.location] == path)
            let url = try #require(try made.json["url"]?.string)
            #expect(url.hasPrefix("http://localhost:8080/s/"))
            #expect(url.utf8.count == "http://localhost:8080/s/".count + 43)
            #expect(try made.json["assetId"] == .string(asset.id.rawValue))
            #expect(try made.json["prompt"] == false && made.json["index"] == false)
            #expect(try made.json["createdAt"] == .string(world.fixture.clock.now.text))
            #expect(try (made.json["expiresAt"] ?? .null) == .null)
            #expect(try await world.send(.get, path).json == made.json)
            #expect(try await world.send(.get, "/api/shares").json["shares"] == .array([made.json]))

            let changed = try await world.send(.post, path, #"{"prompt": true, "index": true, "expiresInDays": 7}"#)
            #expect(changed.status == .ok && changed.headers[.location] == nil)
            #expect(try changed.json["url"] == .string(url) && changed.json["prompt"] == true)
            #expect(try changed.json["index"] == true)
            let week = world.fixture.clock.now + .seconds(7 * 86_400)
            #expect(try changed.json["expiresAt"] == .string(week.text))
            #expect(try await world.send(.post, path, "{}").json == made.json)

            for _ in 0..<2 { #expect(try await world.send(.delete, path).status == .noContent) }
            #expect(try await world.send(.get, path).errorCode == "not_shared")
            #expect(try await world.send(.get, "/api/shares").json["shares"] == .array([]))
            let again = try await world.send(.post, path)
            #expect(again.status == .created)
            #expect(try again.json["url"] != .string(url))
        }
    }

    @Test func `an end is a time, or a number of days`() async throws {
        try await ShareWorld.run { world in
            let path = "/api/assets/\(try await world.output().id)/share"
            let hour = world.fixture.clock.now + .seconds(3600)
            let timed = try await world.send(.post, path, #"{"expiresAt": "\#(hour.text)"}"#)
            #expect(try timed.json["expiresAt"] == .string(hour.text))

            for (body, field) in [
                (#"{"expiresAt": "tomorrow"}"#, "expiresAt"), (#"{"expiresAt": 1}"#, "expiresAt"),
                (#"{"expiresAt": "\#(world.fixture.clock.now.text)"}"#, "expiresAt"),
                (#"{"expiresAt": "9999-01-01T00:00:00Z"}"#, "expiresAt"),
                (#"{"expiresInDays": 0}"#, "expiresInDays"), (#"{"expiresInDays": 3651}"#, "expiresInDays"),
                (#"{"expiresInDays": 9223372036854775807}"#, "expiresInDays"),
                (#"{"expiresInDays": 1.5}"#, "expiresInDays"), (#"{"expiresInDays": "7"}"#, "expiresInDays"),
                (#"{"expiresInDays": 7, "expiresAt": "\#(hour.text)"}"#, "expiresInDays"),
                (#"{"prompt": "yes"}"#, "prompt"), (#"{"index": 1}"#, "index"),
            ] {
                let refused = try await world.send(.post, path, body)
                #expect(refused.status == .unprocessableContent, "\(body)")
                #expect(try refused.errorCode == "invalid_parameter", "\(body)")
                #expect(try refused.json["error"]?["field"] == .string(field), "\(body)")
            }
            for (body, status, code) in [
                (#"{"noindex": true}"#, 422, "unknown_parameter"), ("[]", 400, "invalid_json"),
                ("{", 400, "invalid_json"),
                (#"{"prompt": "\#(String(repeating: "x", count: 20_000))"}"#, 413, "body_too_large"),
            ] {
                let refused = try await world.send(.post, path, body)
                #expect(refused.status.code == status, "\(code)")
                #expect(try refused.errorCode == code)
            }
            #expect(try await world.send(.get, path).json == timed.json, "nothing was changed")
        }
    }

    @Test func `what cannot be shared is refused with a code of its own`() async throws {
        try await ShareWorld.run { world in
            let (asset, upload) = (try await world.output(), try await world.upload())
            let trashed = try await world.output()
            try await world.fixture.app.files.assets.trash(trashed.id, of: world.actor.account)
            for (id, status, code) in [
                (upload.id.rawValue, 422, "not_an_output"), (trashed.id.rawValue, 409, "asset_in_trash"),
                (ID<Asset>.random().rawValue, 404, "not_found"), ("x", 404, "not_found"),
            ] {
                let refused = try await world.send(.post, "/api/assets/\(id)/share")
                #expect(refused.status.code == status, "\(code)")
                #expect(try refused.errorCode == code)
            }
            for method in [HTTPRequest.Method.post, .get, .delete] {
                let path = "/api/assets/\(asset.id)/share"
                #expect(try await world.send(method, path, as: world.other).status == .notFound, "\(method)")
                #expect(try await world.send(method, path, as: .nobody).status == .unauthorized, "\(method)")
            }
            #expect(try await world.send(.get, "/api/shares", as: .nobody).status == .unauthorized)
            #expect(try await world.send(.get, "/api/shares").json["shares"] == .array([]))
        }
    }

    @Test func `shares are listed by pages`() async throws {
        try await ShareWorld.run { world in
            var urls: [JSON] = []
            for _ in 0..<3 {
                world.fixture.clock.advance(by: .seconds(1))
                let made = try await world.send(.post, "/api/assets/\(try await world.output().id)/share")
                urls.insert(try #require(try made.json["url"]), at: 0)
            }
            let first = try await world.send(.get, "/api/shares?limit=2").json
            let cursor = try #require(first["nextCursor"]?.string)
            let second = try await world.send(.get, "/api/shares?limit=2&cursor=\(cursor)").json

            #expect(((first["shares"]?.array ?? []) + (second["shares"]?.array ?? [])).compactMap { $0["url"] } == urls)
            #expect(second["nextCursor"] == nil)
            #expect(try await world.send(.get, "/api/shares", as: world.other).json["shares"] == .array([]))
        }
    }
}
