import Core
import Testing
@testable import StripeEmulator

struct ExpandTests {
    @Test func `an id becomes its object, and other ids stay`() async throws {
        try await StripeWorld.with { world in
            let charge = try await world.charge()

            let expanded = try await world.get("/v1/charges/\(charge.id)", "expand[]=payment_intent")

            #expect(expanded.at("payment_intent.object") == "payment_intent")
            #expect(expanded.at("payment_intent.latest_charge") == .string(charge.id))
        }
    }

    @Test func `paths are nested, and share what they have in common`() async throws {
        try await StripeWorld.with { world in
            let subscription = try await world.subscription(to: world.price(1000))

            let expanded = try await world.get(
                "/v1/subscriptions/\(subscription.id)",
                "expand[0]=latest_invoice.customer&expand[1]=latest_invoice.payments"
                    + "&expand[2]=items.data.price.product")

            #expect(expanded.at("latest_invoice.customer.email") == "ada@example.com")
            #expect(expanded.at("latest_invoice.payments.data.0.status") == "paid")
            #expect(expanded.at("items.data.0.price.product.name") == "Plan")
        }
    }

    @Test func `in a list each element is expanded`() async throws {
        try await StripeWorld.with { world in
            for amount: Int64 in [100, 200] { _ = try await world.price(amount) }

            let prices = try await world.get("/v1/prices", "expand[]=data.product")

            #expect(prices.at("data.*.product.object") == ["product", "product"])
        }
    }

    @Test func `the response to a change is expanded as well`() async throws {
        try await StripeWorld.with { world in
            let customer = try await world.customer()

            let made = try await world.post(
                "/v1/subscriptions",
                "customer=\(customer)&items[0][price]=\(world.price(1000))&expand[]=customer.subscriptions")

            #expect(made.at("customer.subscriptions.data.*.id") == [.string(made.id)])
        }
    }

    @Test func `what is not there stays null, whatever is below it`() async throws {
        try await StripeWorld.with { world in
            let session = try await world.session()

            let expanded = try await world.get(
                "/v1/checkout/sessions/\(session.id)", "expand[]=customer&expand[]=payment_intent.latest_charge")

            #expect(expanded == session)
        }
    }

    @Test(
        arguments: [
            "shoes", "customer.shoes", "currency", "amount_total", "livemode", "payment_intent.amount",
            "line_items.data.price.product.default_price", "",
        ])
    func `what cannot be expanded is refused`(path: String) async throws {
        try await StripeWorld.with { world in
            let session = try await world.pay(world.session(1000, "&customer_creation=always"))

            #expect(
                try await world.refusal(.get, "/v1/checkout/sessions/\(session.id)", "expand[]=\(path)")
                    == "400 invalid_request_error - expand")
        }
    }

    @Test func `a list's data is one of the four levels`() async throws {
        try await StripeWorld.with { world in
            _ = try await world.charge()

            let deepest = "expand[]=data.payment_intent.latest_charge.payment_intent"
            #expect(
                try await world.get("/v1/charges", deepest)
                    .at("data.0.payment_intent.latest_charge.payment_intent.object") == "payment_intent")
            #expect(
                try await world.refusal(.get, "/v1/charges", deepest + ".latest_charge")
                    == "400 invalid_request_error - expand")
        }
    }

    @Test func `a change whose expansion is refused is not made`() async throws {
        try await StripeWorld.with { world async throws in
            #expect(
                try await world.refusal(.post, "/v1/customers", "name=Ada&expand[]=shoes")
                    == "400 invalid_request_error - expand")
            #expect(
                try await world.refusal(.post, "/v1/customers", "name=Ada&expand=subscriptions")
                    == "400 invalid_request_error - expand")

            #expect(try await world.get("/v1/customers").at("data") == [])
        }
    }
}
