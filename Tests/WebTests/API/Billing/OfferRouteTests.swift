import Core
import Foundation
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
            let longest = String(repeating: "é", count: 100)
            #expect(try await world.send(.put, "/plans/pro", ["title": .string(longest)])["title"]?.string == longest)
            let team: JSON = ["title": "Team", "monthlyCredits": 1000, "concurrentJobs": 2, "amount": 3000]
            let added = try await world.send(.put, "/plans/team", team)
            #expect(added.status == 200)
            #expect(try await world.send(.get, "/plans/team")["amount"] == 3000)
            #expect(try await world.send(.get, "/plans/none").status == 404)
            let missing = try await world.send(.get, "/packs/nope")
            #expect(missing["error"]?["message"] == "There is no pack with this name.", "packs belong to no account")
        }
    }

    @Test func `what makes no sense is refused, and the free plan stays free`() async throws {
        // One character as people see it.
        let accents = String(repeating: "\u{301}", count: 200)
        try await AdminWorld.run { world in
            for (path, body, code) in [
                ("/packs/small", ["credits": 0], "invalid_parameter"),
                ("/packs/small", ["amount": -5], "invalid_parameter"),
                ("/packs/small", ["currency": "dollars"], "invalid_parameter"),
                ("/packs/small", ["currency": "xxq"], "invalid_parameter"),
                ("/packs/small", ["credits": 10_000_001], "invalid_parameter"),
                ("/packs/small", ["title": ""], "invalid_parameter"),
                ("/packs/small", ["title": .string(String(repeating: "t", count: 101))], "invalid_parameter"),
                ("/packs/small", ["title": .string("t" + accents)], "invalid_parameter"),
                ("/plans/pro", ["title": .string("t" + accents)], "invalid_parameter"),
                ("/packs/Big", ["title": "Big", "credits": 1, "amount": 1], "invalid_parameter"),
                ("/packs/two%20words", ["title": "Two", "credits": 1, "amount": 1], "invalid_parameter"),
                ("/packs/small", ["price": 5], "unknown_parameter"),
                ("/packs/new", ["title": "New"], "invalid_parameter"),
                ("/plans/pro", ["concurrentJobs": 0], "invalid_parameter"),
                ("/plans/pro", ["rollover": 100], "invalid_parameter"),
                ("/plans/free", ["amount": 100], "plan_in_use"),
                ("/plans/free", ["monthlyCredits": 5], "plan_in_use"),
                ("/plans/pay_as_you_go", ["amount": 100], "plan_in_use"),
                ("/packs/small", ["amount": 1505, "currency": "kwd"], "invalid_parameter"),
                ("/packs/small", ["currency": "isk", "amount": 550], "invalid_parameter"),
            ] as [(String, JSON, String)] {
                let response = try await world.send(.put, path, body)
                #expect(response.code == code, "\(path) \(body): \(response.text)")
            }
            #expect(try await world.send(.get, "/audit-log")["acts"]?.array?.isEmpty == true)
        }
    }

    @Test(arguments: [
        ("packs", ["title": 5], "title"), ("packs", ["title": "a\u{0}b"], "title"),
        ("packs", ["title": "two\nlines"], "title"), ("packs", ["credits": "5"], "credits"),
        ("packs", ["credits": .decimal(0.001)], "credits"), ("packs", ["credits": -1], "credits"),
        ("packs", ["credits": true], "credits"), ("packs", ["credits": .integer(.max)], "credits"),
        ("packs", ["amount": "500"], "amount"), ("packs", ["amount": .decimal(1.5)], "amount"),
        ("packs", ["amount": 100_000_000], "amount"), ("packs", ["amount": .integer(.min)], "amount"),
        ("packs", ["currency": 840], "currency"), ("packs", ["currency": ""], "currency"),
        ("packs", ["position": "first"], "position"), ("packs", ["retired": "yes"], "retired"),
        ("plans", ["monthlyCredits": -1], "monthlyCredits"), ("plans", ["monthlyCredits": "many"], "monthlyCredits"),
        ("plans", ["forSale": 1], "forSale"), ("plans", ["unlimitedJobs": "true"], "unlimitedJobs"),
        ("plans", ["jobsPerHour": 0], "jobsPerHour"), ("plans", ["weight": 1001], "weight"),
        ("plans", ["headStartSeconds": 3601], "headStartSeconds"),
        ("plans", ["headStartSeconds": .integer(.max)], "headStartSeconds"),
        ("plans", ["headStartSeconds": .integer(.min)], "headStartSeconds"),
        ("plans", ["rollover": .decimal(0.5)], "rollover"),
        ("plans", ["concurrentJobs": .integer(.max)], "concurrentJobs"),
    ] as [(String, JSON, String)])
    func `a value of the wrong kind or size is refused by its name, and nothing changes`(
        list: String, body: JSON, field: String
    ) async throws {
        try await AdminWorld.run { world in
            let path = list == "packs" ? "/packs/small" : "/plans/pro"
            let before = try await world.send(.get, path)

            let response = try await world.send(.put, path, body)

            #expect(response.outcome == "422 invalid_parameter \(field)")
            #expect(try await world.send(.get, path).text == before.text)
        }
    }

    @Test func `the limits of bought credits are changed as a plan's, and are none of those for sale`() async throws {
        try await AdminWorld.run { world in
            let limits: JSON = ["concurrentJobs": 5, "jobsPerHour": 90]
            let changed = try await world.send(.put, "/plans/pay_as_you_go", limits)
            #expect(changed["concurrentJobs"] == 5 && changed["jobsPerHour"] == 90 && changed["amount"] == nil)

            let listed = try await world.send(.get, "/plans")["plans"]?.array?.compactMap { $0["name"]?.string }
            #expect(listed?.contains("pay_as_you_go") == true)
            let sold = try await world.database.read { try $0.billing.plans() }.map(\.name)
            #expect(sold == ["free", "basic", "pro", "enterprise"])
        }
    }

    @Test(arguments: [.null, [], "small", 5] as [JSON])
    func `a body that is no object is no change`(body: JSON) async throws {
        try await AdminWorld.run { world in
            for path in ["/packs/small", "/plans/pro"] {
                let response = try await world.send(.put, path, body)
                #expect(response.outcome == "400 invalid_json")
            }
        }
    }

    @Test func `what is left out or null stays as it is`() async throws {
        try await AdminWorld.run { world in
            for path in ["/packs/small", "/plans/pro"] {
                let before = try await world.send(.get, path)
                #expect(try await world.send(.put, path, [:]).text == before.text)
                let nulls: JSON = ["title": .null, "amount": .null, "currency": .null, "position": .null]
                #expect(try await world.send(.put, path, nulls).text == before.text)
            }
        }
    }

    @Test
    func `a plan's limit of jobs is removed by a word, and its price comes back with its currency`() async throws {
        try await AdminWorld.run { world in
            #expect(try await world.send(.put, "/plans/pro", ["unlimitedJobs": true])["jobsPerHour"] == nil)
            #expect(try await world.send(.put, "/plans/pro", ["jobsPerHour": 9])["jobsPerHour"] == 9)
            #expect(try await world.send(.put, "/plans/pro", ["forSale": false, "amount": 5])["amount"] == nil)
            #expect(try await world.send(.put, "/plans/pro", ["title": "Pro"])["amount"] == nil)
            let sold = try await world.send(.put, "/plans/pro", ["amount": 6000, "currency": "CHF"])
            #expect(sold["amount"] == 6000 && sold["currency"] == "chf")
        }
    }

    @Test func `a pack that is retired keeps since when, and can be sold again`() async throws {
        try await AdminWorld.run { world in
            let retired = try await world.send(.put, "/packs/small", ["retired": true])["retiredAt"]
            world.fixture.clock.advance(by: .seconds(60))

            #expect(try await world.send(.put, "/packs/small", ["retired": true])["retiredAt"] == retired)
            #expect(try await world.send(.put, "/packs/small", ["title": "Some"])["retiredAt"] == retired)
            #expect(try await world.send(.put, "/packs/small", ["retired": false])["retiredAt"] == nil)
        }
    }

    @Test(arguments: TestEngine.available)
    func `a name that there is not, or that can be none, is not found`(on engine: TestEngine) async throws {
        try await AdminWorld.run(on: engine) { world in
            for name in ["none", "Small", "a%00b", "%20", "small%2Fx", String(repeating: "x", count: 5000)] {
                for list in ["packs", "plans"] {
                    let response = try await world.send(.get, "/\(list)/\(name)")
                    #expect(response.outcome == "404 not_found", "\(list) \(name.prefix(9))")
                }
            }
        }
    }

    @Test func `only a signed-in administrator sees or changes them`() async throws {
        try await AdminWorld.run { world in
            let person = try await world.fixture.signedIn("bob@example.com").accessToken
            for path in ["/packs", "/packs/small", "/plans", "/plans/pro"] {
                #expect(try await world.send(.get, path, bearer: person).outcome == "403 admin_required")
                #expect(try await world.send(.get, path, bearer: .some(nil)).status == 401)
            }
            let change = try await world.send(.put, "/packs/small", ["amount": 1], bearer: person)
            #expect(change.outcome == "403 admin_required")
            #expect(try await world.database.read { try $0.billing.pack("small") }?.price.amount == 500)
        }
    }
}
