import Core
import HTTPTypes
import Hummingbird
import NIOCore
import Testing
@testable import StripeEmulator

/// What a customer sees and does on the portal's page.
struct PortalTests {
    private struct Portal {
        let world: StripeWorld
        let subscription: JSON
        let session: JSON

        var path: String { "/p/session/\(session.id)" }

        func show() async throws -> Response { try await send(.get) }

        /// The status of the page that follows.
        func press(_ action: String, _ more: String = "") async throws -> Int {
            try await send(.post, "action=\(action)&subscription=\(subscription.id)\(more)").status.code
        }

        private func send(_ method: HTTPRequest.Method, _ form: String = "") async throws -> Response {
            let head = HTTPRequest(method: method, scheme: "http", authority: "stripe.test", path: path)
            let request = Request(head: head, body: RequestBody(buffer: ByteBuffer()))
            return try await Pages(emulator: world.emulator).response(to: request, body: form)
        }

        func now() async throws -> JSON { try await world.get("/v1/subscriptions/\(subscription.id)") }
    }

    /// - Parameter features: Of the portal's configuration, such as `[subscription_update][enabled]=true`.
    private func withPortal(
        _ features: [String] = [], _ body: (Portal) async throws -> Void
    ) async throws {
        try await StripeWorld.with { world in
            let subscription = try await world.subscription(to: world.price(3100))
            let form = features.map { "features\($0)" }.joined(separator: "&")
            let configuration = try await world.post("/v1/billing_portal/configurations", form)
            let session = try await world.post(
                "/v1/billing_portal/sessions",
                "customer=\(subscription.at("customer").string ?? "")&configuration=\(configuration.id)"
                    + "&return_url=http://shop.test/account")
            try await body(Portal(world: world, subscription: subscription, session: session))
        }
    }

    @Test func `the session has an address, which is valid for an hour`() async throws {
        try await withPortal { portal async throws in
            #expect(portal.session.at("url") == .string("http://stripe.test/p/session/\(portal.session.id)"))
            #expect(try await portal.show().status.code == 200)

            portal.world.clock.now = portal.world.clock.now + .seconds(3600)

            #expect(try await portal.show().status.code == 410)
            #expect(try await portal.press("cancel") == 410)
            #expect(try await portal.now().at("cancel_at_period_end") == false)
        }
    }

    @Test func `a plan is changed at once, with the configured proration`() async throws {
        try await withPortal([
            "[subscription_update][enabled]=true", "[subscription_update][proration_behavior]=always_invoice",
        ]) { portal in
            let large = try await portal.world.price(6200)
            try await portal.world.move(to: "2027-01-16T12:00:00Z")

            #expect(try await portal.press("switch", "&price=\(large)") == 303)

            #expect(try await portal.now().at("items.data.0.price.id") == .string(large))
            let invoice = try await portal.world.latestInvoice(of: portal.subscription)
            #expect(invoice.at("lines.data.*.amount") == [-1550, 3100] && invoice.at("status") == "paid")
        }
    }

    @Test func `a change whose card is declined is not made`() async throws {
        try await withPortal([
            "[subscription_update][enabled]=true", "[subscription_update][proration_behavior]=always_invoice",
        ]) { portal in
            let large = try await portal.world.price(6200)
            #expect(try await portal.press("card-declines") == 303)

            #expect(try await portal.press("switch", "&price=\(large)") == 402)

            #expect(try await portal.now().at("items.data.0.price.unit_amount") == 3100)
        }
    }

    @Test func `only plans that are offered, active and in the same currency can be chosen`() async throws {
        try await withPortal(["[subscription_update][enabled]=true"]) { portal in
            let world = portal.world
            let inactive = try await world.price(100)
            _ = try await world.post("/v1/prices/\(inactive)", "active=false")
            let wrong = [
                inactive, try await world.price(100, currency: "eur"), try await world.price(100, nil), "price_none",
            ]
            for price in wrong {
                #expect(try await portal.press("switch", "&price=\(price)") == 402)
            }
            let (offered, other) = (try await world.price(200), try await world.price(300))
            let configuration = portal.session.at("configuration").string ?? ""
            _ = try await world.post(
                "/v1/billing_portal/configurations/\(configuration)",
                "features[subscription_update][products][0][prices][0]=\(offered)")

            #expect(try await portal.press("switch", "&price=\(other)") == 402)
            #expect(try await portal.now().at("items.data.0.price.unit_amount") == 3100)
            #expect(try await portal.press("switch", "&price=\(offered)") == 303)
        }
    }

    @Test func `a cancellation is for the end of the period, and can be taken back`() async throws {
        try await withPortal { portal async throws in
            #expect(try await portal.press("cancel") == 303)
            #expect(try await portal.now().day("cancel_at") == "2027-02-01")

            #expect(try await portal.press("undo") == 303)
            #expect(try await portal.now().at("cancel_at") == .null)
        }
    }

    @Test func `a cancellation is immediate if so configured`() async throws {
        try await withPortal(["[subscription_cancel][mode]=immediately"]) { portal async throws in
            #expect(try await portal.press("cancel") == 303)

            #expect(try await portal.now().at("status") == "canceled")
            #expect(try await portal.press("cancel") == 404)
        }
    }

    @Test(
        arguments: [
            ("switch", "[subscription_cancel][enabled]=true"), ("cancel", "[subscription_cancel][enabled]=false"),
            ("card-works", "[payment_method_update][enabled]=false"), ("dance", "[subscription_cancel][enabled]=true"),
        ])
    func `what is not offered is refused`(action: String, feature: String) async throws {
        try await withPortal([feature]) { portal async throws in
            #expect(try await portal.press(action) == 402)
            #expect(try await portal.now() == portal.subscription)
        }
    }

    @Test func `an open invoice is paid with the new card`() async throws {
        try await withPortal { portal in
            #expect(try await portal.press("card-declines") == 303)
            try await portal.world.move(to: "2027-02-01T02:00:00Z")
            // The page is valid by the machine's clock, which has not moved.
            let invoice = try await portal.world.latestInvoice(of: portal.subscription).id
            #expect(try await portal.press("pay", "&invoice=\(invoice)") == 402)

            _ = try await portal.press("card-works")
            #expect(try await portal.press("pay", "&invoice=\(invoice)") == 303)

            #expect(try await portal.now().at("status") == "active")
        }
    }

    @Test func `what belongs to another customer is not found`() async throws {
        try await withPortal { portal in
            let other = try await portal.world.subscription(to: portal.world.price(1000))
            let stranger = Portal(world: portal.world, subscription: other, session: portal.session)

            #expect(try await stranger.press("cancel") == 404)
            #expect(
                try await stranger.press("pay", "&invoice=\(other.at("latest_invoice").string ?? "")") == 404)
            #expect(try await stranger.now() == other)
        }
    }

    @Test func `without a configuration the default one is made, once`() async throws {
        try await StripeWorld.with { world in
            let form = try await "customer=\(world.customer())"

            let first = try await world.post("/v1/billing_portal/sessions", form)
            let second = try await world.post("/v1/billing_portal/sessions", form)

            #expect(first.at("configuration") == second.at("configuration") && first.id != second.id)
            let configurations = try await world.get("/v1/billing_portal/configurations", "is_default=true")
            #expect(configurations.at("data.*.id") == [first.at("configuration")])
        }
    }
}
