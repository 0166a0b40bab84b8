import Core
import HTTPTypes
import SQL
import TestSupport
import Testing

struct PriceRouteTests {
    @Test(arguments: TestEngine.available)
    func `prices are drafted, shown, previewed and published`(on engine: TestEngine) async throws {
        try await AdminWorld.run(on: engine) { world in
            let current = try await world.send(.get, "/prices/1")
            let document = try #require(current["document"]?.object)
            var image = try #require(document["image"]?.object)
            image["base"] = 700
            let raised = JSON.object(document.merging(["image": .object(image)]) { _, new in new })

            let begun = try await world.send(.post, "/price-drafts", ["note": "energy costs more"])
            let id = try #require(begun["id"]?.string)
            let edited = try await world.send(.patch, "/price-drafts/\(id)", ["revision": 1, "document": raised])
            let preview = try await world.send(.post, "/price-drafts/\(id)/preview")
            let stale = try await world.send(.post, "/price-drafts/\(id)/publish", ["revision": 1])
            let published = try await world.send(.post, "/price-drafts/\(id)/publish", ["revision": 2])
            let again = try await world.send(.post, "/price-drafts/\(id)/publish", ["revision": 2])
            let listed = try await world.send(.get, "/prices?limit=1")
            let older = try await world.send(.get, "/prices?limit=1&cursor=\(listed["nextCursor"]?.string ?? "")")

            #expect(current["publishedAt"] == nil, "nobody published the prices that there are from the beginning")
            #expect(published["publishedAt"]?.string == listed["prices"]?.array?.first?["publishedAt"]?.string)
            #expect(published["publishedAt"] != nil)
            #expect(current["isCurrent"] == true && begun.status == 201 && begun["basedOn"] == 1)
            #expect(begun.header("Location") == "/api/admin/price-drafts/\(id)")
            #expect(published.header("Location") == "/api/admin/prices/2")
            #expect(edited["revision"] == 2 && edited["document"] == raised)
            #expect(preview.status == 200 && preview["jobs"] == 0 && preview["difference"] == 0)
            #expect(stale.status == 409 && stale.code == "draft_changed" && stale["error"]?["revision"] == 2)
            #expect(published.status == 201 && published["version"] == 2 && published["note"] == "energy costs more")
            #expect(published["publishedBy"]?.string == world.administrator.user.id.rawValue)
            #expect(again.status == 404)
            #expect(listed["prices"]?.array?.map { $0["version"] } == [2])
            #expect(older["prices"]?.array?.map { $0["isCurrent"] } == [false])
            #expect(try await world.catalog.current().prices.version == 2)
            let acts = try await world.send(.get, "/audit-log")
            #expect(acts["acts"]?.array?.count == 3)
        }
    }

    @Test func `an error names its place, and nothing is stored`() async throws {
        try await AdminWorld.run { world in
            let begun = try await world.send(.post, "/price-drafts", ["note": "first"])
            let id = begun["id"]?.string ?? ""

            func refusal(_ method: HTTPRequest.Method, _ path: String, _ body: JSON? = nil) async throws -> String {
                let response = try await world.send(method, path, body)
                return "\(response.status) \(response.code ?? "") \(response["error"]?["field"]?.string ?? "")"
            }
            #expect(try await refusal(.post, "/price-drafts", [:]) == "422 invalid_parameter note")
            let partial: JSON = ["note": "x", "document": ["image": 7]]
            #expect(try await refusal(.post, "/price-drafts", partial) == "422 invalid_prices document.training")
            let number: JSON = ["note": "x", "document": 7]
            #expect(try await refusal(.post, "/price-drafts", number) == "422 invalid_prices document")
            let unknown: JSON = ["note": "x", "price": 7]
            #expect(try await refusal(.post, "/price-drafts", unknown) == "422 unknown_parameter price")
            #expect(try await refusal(.patch, "/price-drafts/\(id)", ["note": "x"]) == "422 missing_parameter revision")
            let text: JSON = ["revision": "1"]
            #expect(try await refusal(.patch, "/price-drafts/\(id)", text) == "422 invalid_parameter revision")
            #expect(try await refusal(.get, "/price-drafts/nonsense") == "404 not_found ")
            #expect(try await refusal(.get, "/prices/7") == "404 not_found ")
            #expect(try await refusal(.get, "/prices?cursor=x") == "422 invalid_parameter cursor")
            #expect(try await world.send(.get, "/price-drafts")["drafts"]?.array?.count == 1)
            #expect(try await world.send(.delete, "/price-drafts/\(id)").status == 204)
            #expect(try await world.send(.get, "/price-drafts")["drafts"]?.array?.isEmpty == true)
        }
    }

    @Test func `a draft that is sent twice under one key is created once`() async throws {
        try await AdminWorld.run { world in
            let headers = ["Idempotency-Key": "one"]

            let first = try await world.send(.post, "/price-drafts", ["note": "first"], headers: headers)
            let second = try await world.send(
                .post, "/price-drafts", text: #" { "note" : "\u0066irst" }"#, headers: headers)

            #expect(first.status == 201 && second.status == 201 && first.json == second.json)
            #expect(second.header("Idempotent-Replayed") == "true")
            #expect(try await world.send(.get, "/price-drafts")["drafts"]?.array?.count == 1)
        }
    }
}
