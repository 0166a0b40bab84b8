import Core
import Testing
@testable import StripeEmulator

/// What is reported, and to whom.
struct EventTests {
    @Test func `an event has the object as it was, and what was different before`() async throws {
        try await StripeWorld.with { world in
            let customer = try await world.post("/v1/customers", "name=Ada&metadata[a]=1&metadata[b]=2").id
            _ = try await world.post("/v1/customers/\(customer)", "name=Bob&metadata[a]=3")
            _ = try await world.post("/v1/customers/\(customer)", "name=Cid")

            let events = try await world.get("/v1/events", "type=customer.updated")
            #expect(events.at("data.*.data.object.name") == ["Cid", "Bob"])
            #expect(
                events.at("data.*.data.previous_attributes") == [
                    ["name": "Bob"], ["name": "Ada", "metadata": ["a": "1"]],
                ])
            let created = try await world.get("/v1/events", "type=customer.created").at("data.0.data")
            #expect(created["previous_attributes"] == nil)
        }
    }

    @Test(
        arguments: [
            (["a": 1, "b": 2], ["a": 1, "b": 3], ["b": 2]), (["a": 1], ["a": 1], [:]),
            // What is new was null before, and what is gone is shown.
            ([:], ["a": 1], ["a": nil]), (["a": 1], [:], ["a": 1]),
            (["a": ["b": 1, "c": 2]], ["a": ["b": 1, "c": 3]], ["a": ["c": 2]]),
            (["a": [1, 2]], ["a": [1, 3]], ["a": [1, 2]]), (["a": nil], ["a": ["b": 1]], ["a": nil]),
        ] as [(JSON, JSON, JSON)])
    func `the difference has the old members, of a list all of it`(old: JSON, new: JSON, difference: JSON) {
        #expect(Renderer.difference(of: old, from: new) == difference)
    }

    @Test func `a change that changes nothing is not reported`() async throws {
        try await StripeWorld.with { world in
            let customer = try await world.post("/v1/customers", "name=Ada").id

            _ = try await world.post("/v1/customers/\(customer)", "name=Ada&metadata[x]=")

            #expect(try await world.events() == ["customer.created"])
        }
    }

    @Test(
        arguments: [
            ("invoice.paid", "invoice.paid", true), ("invoice.paid", "*", true), ("invoice.paid", "invoice.*", true),
            ("invoice.paid", "invoice.payment_failed", false), ("invoice.paid", "invoice", false),
            ("invoice.paid", "invoice.pai*", false), ("invoice_payment.paid", "invoice.*", false),
            ("charge.dispute.closed", "charge.*", true), ("charge.dispute.closed", "charge.dispute.*", true),
            ("charge.refunded", "charge.dispute.*", false),
        ])
    func `a filter names a type, all of a noun, or all`(type: String, pattern: String, matches: Bool) {
        #expect(WebhookEndpoint.matches(type, pattern) == matches)
    }

    @Test func `each endpoint is sent what it asked for, as long as it is enabled`() async throws {
        try await StripeWorld.with { world in
            let all = try await endpoint(world, "enabled_events[]=*")
            let two = try await endpoint(world, "enabled_events[]=product.created&enabled_events[]=price.*")
            let off = try await endpoint(world, "enabled_events[]=*")
            _ = try await world.post("/v1/webhook_endpoints/\(off)", "disabled=true")

            _ = try await world.customer(card: nil)
            _ = try await world.price(1000)

            let deliveries = try await world.get("/_emulator/deliveries").at("data").array ?? []
            func count(_ endpoint: String) -> Int { deliveries.count { $0.at("endpoint") == .string(endpoint) } }
            #expect([all, two, off].map(count) == [3, 2, 0])
            #expect(deliveries.allSatisfy { $0.at("state") == "due" && $0.at("attempts") == 0 })
        }
    }

    @Test func `deleting an endpoint abandons what it was to be sent`() async throws {
        try await StripeWorld.with { world in
            let endpoint = try await endpoint(world, "enabled_events[]=*")
            _ = try await world.customer(card: nil)

            #expect(try await world.delete("/v1/webhook_endpoints/\(endpoint)").at("deleted") == true)

            #expect(try await world.get("/_emulator/deliveries").at("data.*.state") == ["abandoned"])
            #expect(try await world.get("/_emulator").at("due") == [])
        }
    }

    @Test func `there are at most 16 endpoints, and only the first response has the secret`() async throws {
        try await StripeWorld.with { world in
            let form = "url=http://shop.test/hook&enabled_events[]=*"
            var made: [JSON] = []
            for _ in 0..<16 { made.append(try await world.post("/v1/webhook_endpoints", form)) }

            #expect(try await world.refusal(.post, "/v1/webhook_endpoints", form) == "400 invalid_request_error - -")

            let secrets = made.compactMap { $0.at("secret").string }
            #expect(Set(secrets).count == 16 && secrets.allSatisfy { $0.hasPrefix("whsec_") })
            #expect(try await world.get("/v1/webhook_endpoints/\(made[0].id)")["secret"] == nil)
        }
    }

    @Test func `an event that was lost counts as not delivered, until it is sent again`() async throws {
        try await StripeWorld.with { world in
            _ = try await endpoint(world, "enabled_events[]=customer.created")
            _ = try await world.post("/_emulator/faults", "lose=100")
            _ = try await world.customer(card: nil)
            _ = try await world.post("/_emulator/faults", "lose=0")
            let lost = try await world.get("/v1/events", "delivery_success=false").at("data.*.id")
            let event = try #require(lost.at("0").string)
            #expect(try await world.get("/_emulator/deliveries").at("data.*.state") == ["lost"])

            let again = try await world.post("/_emulator/events/\(event)/redeliver")

            #expect(lost.array?.count == 1 && again.at("deliveries") == 1)
            #expect(try await world.get("/v1/events/\(event)").at("pending_webhooks") == 1)
            #expect(try await world.get("/_emulator/deliveries").at("data.*.state") == ["due", "lost"])
            #expect(try await world.refusal(.post, "/_emulator/events/evt_none/redeliver").hasPrefix("404"))
        }
    }

    private func endpoint(_ world: StripeWorld, _ events: String) async throws -> String {
        try await world.post("/v1/webhook_endpoints", "url=http://shop.test/hook&" + events).id
    }
}
