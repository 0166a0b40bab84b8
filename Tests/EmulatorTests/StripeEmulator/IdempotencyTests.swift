import Core
import Testing
@testable import StripeEmulator

struct IdempotencyTests {
    @Test func `the same request with the same key is replayed, and nothing happens twice`() async throws {
        try await StripeWorld.with { world in
            let first = try await world.call(.post, "/v1/customers", "name=Ada", key: "k")
            let second = try await world.call(.post, "/v1/customers", "name=Ada", key: "k")

            #expect(first.status == 200 && !first.isReplayed)
            #expect(second.status == 200 && second.isReplayed && second.body == first.body)
            #expect(try await world.get("/v1/customers").at("data").array?.count == 1)
            #expect(try await world.events() == ["customer.created"])
        }
    }

    @Test(
        arguments: [
            ("/v1/customers", "name=Bob"), ("/v1/customers", "name=Ada&description=x"), ("/v1/customers", ""),
            ("/v1/products", "name=Ada"),
        ])
    func `the key of another request is refused`(path: String, form: String) async throws {
        try await StripeWorld.with { world in
            _ = try await world.call(.post, "/v1/customers", "name=Ada", key: "k")

            let reply = try await world.call(.post, path, form, key: "k")

            #expect(reply.refusal == "400 idempotency_error - -" && !reply.isReplayed)
            #expect(try await world.events() == ["customer.created"])
        }
    }

    @Test func `a request that was refused may be corrected under its key`() async throws {
        try await StripeWorld.with { world in
            let refused = try await world.call(.post, "/v1/customers", "email=nowhere", key: "k")
            let corrected = try await world.call(.post, "/v1/customers", "email=ada@example.com", key: "k")

            #expect(refused.refusal == "400 invalid_request_error email_invalid email")
            #expect(corrected.status == 200 && !corrected.isReplayed)
        }
    }

    @Test func `a declined card is replayed, since something was attempted`() async throws {
        try await StripeWorld.with { world in
            let subscription = try await world.subscription(to: world.price(1000), card: "pm_card_chargeCustomerFail")
            let path = try await "/v1/invoices/\(world.latestInvoice(of: subscription).id)/pay"

            let declined = try await world.call(.post, path, key: "k")
            try await world.setCard("pm_card_visa", of: subscription.at("customer").string ?? "")
            let again = try await world.call(.post, path, key: "k")
            let other = try await world.call(.post, path, key: "k2")

            #expect(declined.refusal == "402 card_error card_declined -")
            #expect(again.status == 402 && again.isReplayed && again.body == declined.body)
            #expect(other.status == 200)
        }
    }

    @Test func `a key is free again after a day`() async throws {
        try await StripeWorld.with { world in
            let first = try await world.call(.post, "/v1/customers", "name=Ada", key: "k")

            world.clock.now = world.clock.now + .seconds(86_399)
            let replayed = try await world.call(.post, "/v1/customers", "name=Ada", key: "k")
            world.clock.now = world.clock.now + .seconds(1)
            let second = try await world.call(.post, "/v1/customers", "name=Bob", key: "k")

            #expect(replayed.isReplayed && !second.isReplayed && second.body.id != first.body.id)
            #expect(try await world.call(.post, "/v1/customers", "name=Bob", key: "k").isReplayed)
        }
    }

    @Test func `GET and DELETE ignore keys`() async throws {
        try await StripeWorld.with { world in
            let customer = try await world.customer()

            for _ in 0..<2 {
                let reply = try await world.call(.get, "/v1/customers/\(customer)", key: "k")
                #expect(reply.status == 200 && !reply.isReplayed)
            }
            _ = try await world.call(.delete, "/v1/customers/\(customer)", key: "k")
            #expect(try await world.call(.delete, "/v1/customers/\(customer)", key: "k").status == 404)
        }
    }

    @Test(arguments: [(0, 400), (1, 200), (255, 200), (256, 400)])
    func `a key has 1 to 255 characters`(length: Int, status: Int) async throws {
        try await StripeWorld.with { world async throws in
            let key = String(repeating: "k", count: length)

            #expect(try await world.call(.post, "/v1/customers", "name=Ada", key: key).status == status)
        }
    }

    @Test func `a key is in use by one request at a time`() {
        let keys = KeysInUse()

        #expect(keys.acquire("a") && keys.acquire("b"))
        #expect(!keys.acquire("a"))
        keys.release("a")
        #expect(keys.acquire("a"))
    }

    @Test func `events name the request and the key that caused them`() async throws {
        try await StripeWorld.with { world in
            _ = try await world.call(.post, "/v1/customers", "name=Ada", key: "k")
            _ = try await world.pay(world.session())
            try await world.move(to: "2027-01-05T00:00:00Z")

            let event = try await world.get("/v1/events", "type=customer.created").at("data.0.request")
            #expect(event.at("idempotency_key") == "k" && event.at("id").string?.hasPrefix("req_") == true)
            _ = try await world.session()
            try await world.move(to: "2027-01-07T00:00:00Z")
            let expired = try await world.get("/v1/events", "type=checkout.session.expired").at("data.0.request")
            #expect(expired == ["id": nil, "idempotency_key": nil])
        }
    }
}
