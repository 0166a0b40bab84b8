import Core
import Testing
@testable import StripeEmulator

struct ListTests {
    /// Five customers, named 1 to 5 in the order of their creation.
    private func withCustomers(_ body: (StripeWorld, [String]) async throws -> Void) async throws {
        try await StripeWorld.with { world in
            var ids: [String] = []
            for number in 1...5 { ids.append(try await world.post("/v1/customers", "name=\(number)").id) }
            try await body(world, ids)
        }
    }

    @Test(
        arguments: [
            ("", ["5", "4", "3", "2", "1"], false), ("limit=2", ["5", "4"], true),
            ("limit=5", ["5", "4", "3", "2", "1"], false), ("limit=4", ["5", "4", "3", "2"], true),
            ("limit=2&starting_after=ID4", ["3", "2"], true), ("limit=2&starting_after=ID3", ["2", "1"], false),
            ("starting_after=ID1", [], false),
            // Those before a cursor are the nearest to it, newest first.
            ("limit=2&ending_before=ID1", ["3", "2"], true), ("limit=2&ending_before=ID3", ["5", "4"], false),
            ("ending_before=ID5", [], false),
        ] as [(String, JSON, Bool)])
    func `a page has the newest first, and says whether there is more`(
        query: String, names: JSON, hasMore: Bool
    ) async throws {
        try await withCustomers { world, ids in
            let query = ids.enumerated().reduce(query) { $0.replacing("ID\($1.offset + 1)", with: $1.element) }

            let page = try await world.get("/v1/customers", query)

            #expect(page.at("data.*.name") == names && page.at("has_more") == .bool(hasMore))
            #expect(page.at("object") == "list" && page.at("url") == "/v1/customers")
        }
    }

    @Test(
        arguments: [
            ("limit=0", "400 invalid_request_error - limit"), ("limit=101", "400 invalid_request_error - limit"),
            ("limit=-1", "400 invalid_request_error - limit"), ("limit=ten", "400 invalid_request_error - limit"),
            ("starting_after=cus_none", "400 invalid_request_error resource_missing starting_after"),
            ("ending_before=cus_none", "400 invalid_request_error resource_missing ending_before"),
            ("starting_after=ID1&ending_before=ID3", "400 invalid_request_error - starting_after"),
            ("starting_after=PRICE", "400 invalid_request_error resource_missing starting_after"),
            ("page=2", "400 invalid_request_error parameter_unknown page"),
            ("created=yesterday", "400 invalid_request_error parameter_invalid_integer created"),
            ("created[gte]=x", "400 invalid_request_error parameter_invalid_integer created[gte]"),
            ("created[after]=1", "400 invalid_request_error parameter_unknown created[after]"),
        ])
    func `a wrong page is refused`(query: String, refusal: String) async throws {
        try await withCustomers { world, ids in
            let query = query.replacing("ID1", with: ids[0]).replacing("ID3", with: ids[2])
                .replacing("PRICE", with: try await world.price(1000))

            #expect(try await world.refusal(.get, "/v1/customers", query) == refusal)
        }
    }

    @Test func `filters apply before the page is cut`() async throws {
        try await StripeWorld.with { world in
            for number in 1...6 {
                let form = number.isMultiple(of: 2) ? "&email=even@example.com" : ""
                _ = try await world.post("/v1/customers", "name=\(number)" + form)
            }

            let page = try await world.get("/v1/customers", "email=even@example.com&limit=2")
            let next = try await world.get(
                "/v1/customers", "email=even@example.com&limit=2&starting_after=\(page.at("data.1.id").string ?? "")")

            #expect(page.at("data.*.name") == ["6", "4"] && page.at("has_more") == true)
            #expect(next.at("data.*.name") == ["2"] && next.at("has_more") == false)
        }
    }

    @Test(
        arguments: [
            ("created[gte]=T2", ["3", "2"]), ("created[gt]=T2", ["3"]), ("created[lt]=T2", ["1"]),
            ("created[lte]=T2", ["2", "1"]), ("created=T2", ["2"]), ("created[gt]=T1&created[lt]=T3", ["2"]),
        ] as [(String, JSON)])
    func `times of creation have bounds, with and without the bound itself`(query: String, names: JSON) async throws {
        try await StripeWorld.with { world in
            var query = query
            for number in 1...3 {
                let customer = try await world.post("/v1/customers", "name=\(number)")
                query.replace("T\(number)", with: String(customer.at("created").integer ?? 0))
                _ = try await world.post("/_emulator/clock/advance", "seconds=10")
            }

            #expect(try await world.get("/v1/customers", query).at("data.*.name") == names)
        }
    }

    @Test func `a list by another object has only what belongs to it`() async throws {
        try await StripeWorld.with { world in
            let price = try await world.price(1000)
            let (one, other) = (
                try await world.subscription(to: price), try await world.subscription(to: price)
            )

            let customer = one.at("customer").string ?? ""
            let invoices = try await world.get("/v1/invoices", "customer=\(customer)")
            #expect(invoices.at("data.*.customer") == [.string(customer)])
            #expect(
                try await world.get("/v1/invoices", "subscription=\(other.id)").at("data.*.id")
                    == [other.at("latest_invoice")])
            #expect(try await world.get("/v1/charges", "customer=cus_none").at("data") == [])
            #expect(try await world.get("/v1/subscriptions", "price=\(price)").at("data").array?.count == 2)
            #expect(try await world.get("/v1/subscriptions", "price=price_none").at("data") == [])
        }
    }
}
