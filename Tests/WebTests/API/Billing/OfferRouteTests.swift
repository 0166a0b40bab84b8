import Core
import HTTPTypes
import SQL
import TestSupport
import Testing

struct OfferRouteTests {
    @Test func `a pack's price is changed and retired without a deploy, and the audit log records it`() async throws {
        try await AdminWorld.run { world in
            let changed = try await world.send(.put, "/packs/small", ["amount": 700, "credits": 120])
            #expect(changed.status == 200 && changed["amount"] == 700 && changed["title"] == "100 credits")
            let retired = try await world.send(.put, "/packs/small", ["retired": true])
            #expect(retired["retiredAt"]?.string != nil && retired["amount"] == 700)
            let gift: JSON = ["title": "Gift", "credits": 10, "amount": 100, "currency": "EUR"]
            #expect(try await world.send(.put, "/packs/gift", gift)["currency"] == "eur")

            #expect(try await world.send(.get, "/packs")["packs"]?.array?.count == 5)
            let names = try await world.database.read { try $0.billing.packs() }.map(\.name)
            #expect(names == ["gift", "medium", "large", "studio"])
            let acts = try await world.send(.get, "/audit-log?subject=pack:small")
            #expect(acts["acts"]?.array?.count == 2)
        }
    }

    @Test func `a plan is changed, added and taken off sale`() async throws {
        try await AdminWorld.run { world in
            let pro: JSON = ["monthlyCredits": 2500, "rollover": 1, "concurrentJobs": 4]
            let changed = try await world.send(.put, "/plans/pro", pro)
            #expect(changed["monthlyCredits"] == 2500 && changed["rollover"] == 1 && changed["amount"] == 5900)
            #expect(try await world.send(.put, "/plans/pro", ["forSale": false])["amount"] == nil)
            let team: JSON = ["title": "Team", "monthlyCredits": 1000, "concurrentJobs": 2, "amount": 3000]
            let added = try await world.send(.put, "/plans/team", team)
            #expect(added.status == 200)
            #expect(try await world.send(.get, "/plans/team")["amount"] == 3000)
            #expect(try await world.send(.get, "/plans/none").status == 404)
        }
    }

    @Test func `what makes no sense is refused, and the free plan stays free`() async throws {
        try await AdminWorld.run { world in
            for (path, body, code) in [
                ("/packs/small", ["credits": 0], "invalid_parameter"),
                ("/packs/small", ["amount": -5], "invalid_parameter"),
                ("/packs/small", ["currency": "dollars"], "invalid_parameter"),
                ("/packs/small", ["currency": "xxq"], "invalid_parameter"),
                ("/packs/small", ["credits": 10_000_001], "invalid_parameter"),
                ("/packs/small", ["title": ""], "invalid_parameter"),
                ("/packs/Big", ["title": "Big", "credits": 1, "amount": 1], "invalid_parameter"),
                ("/packs/two%20words", ["title": "Two", "credits": 1, "amount": 1], "invalid_parameter"),
                ("/packs/small", ["price": 5], "unknown_parameter"),
                ("/packs/new", ["title": "New"], "invalid_parameter"),
                ("/plans/pro", ["concurrentJobs": 0], "invalid_parameter"),
                ("/plans/pro", ["rollover": 100], "invalid_parameter"),
                ("/plans/free", ["amount": 100], "plan_in_use"),
                ("/plans/free", ["monthlyCredits": 5], "plan_in_use"),
            ] as [(String, JSON, String)] {
                let response = try await world.send(.put, path, body)
                #expect(response.code == code, "\(path) \(body): \(response.text)")
            }
            #expect(try await world.send(.get, "/audit-log")["acts"]?.array?.isEmpty == true)
        }
    }
}
