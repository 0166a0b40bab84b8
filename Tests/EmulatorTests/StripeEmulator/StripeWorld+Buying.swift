import Core
import Testing
@testable import StripeEmulator

/// What most tests begin with: prices, customers with a card, and what they buy.
extension StripeWorld {
    /// - Parameter interval: Of a plan; nil for what is bought once.
    func price(_ amount: Int64, _ interval: String? = "month", currency: String = "usd") async throws -> String {
        let recurring = interval.map { "&recurring[interval]=\($0)" } ?? ""
        return try await post(
            "/v1/prices", "currency=\(currency)&unit_amount=\(amount)&product_data[name]=Plan" + recurring).id
    }

    /// - Parameter card: Stripe's name of a card for tests; nil for none.
    func customer(card: String? = "pm_card_visa") async throws -> String {
        try await post("/v1/customers", "email=ada@example.com" + (card.map { "&payment_method=\($0)" } ?? "")).id
    }

    func setCard(_ card: String, of customer: String) async throws {
        _ = try await post("/v1/customers/\(customer)", "invoice_settings[default_payment_method]=\(card)")
    }

    /// A new customer's subscription.
    func subscription(
        to price: String, card: String? = "pm_card_visa", _ more: String = ""
    ) async throws -> JSON {
        let customer = try await customer(card: card)
        return try await post("/v1/subscriptions", "customer=\(customer)&items[0][price]=\(price)" + more)
    }

    /// Changes the price of a subscription's only item.
    func change(_ subscription: JSON, to price: String, _ more: String = "") async throws -> Reply {
        let item = subscription.at("items.data.0.id").string ?? ""
        return try await call(
            .post, "/v1/subscriptions/\(subscription.id)", "items[0][id]=\(item)&items[0][price]=\(price)" + more)
    }

    func latestInvoice(of subscription: JSON) async throws -> JSON {
        let now = try await get("/v1/subscriptions/\(subscription.id)", "expand[]=latest_invoice")
        return now.at("latest_invoice")
    }

    /// A checkout session for something that is bought once.
    func session(_ amount: Int64 = 1000, _ more: String = "", currency: String = "usd") async throws -> JSON {
        let price = try await price(amount, nil, currency: currency)
        return try await post(
            "/v1/checkout/sessions",
            "mode=payment&success_url=http://shop.test/ok&line_items[0][price]=\(price)&line_items[0][quantity]=1"
                + more)
    }

    /// - Parameter method: `works`, `declines` or `delayed`.
    func pay(_ session: JSON, with method: String = "works") async throws -> JSON {
        try await post("/_emulator/sessions/\(session.id)/pay", "with=\(method)")
    }

    /// The charge of a session that was paid.
    func charge(_ amount: Int64 = 1000) async throws -> JSON {
        let paid = try await pay(session(amount))
        let intent = try #require(paid.at("payment_intent").string)
        return try await get("/v1/payment_intents/\(intent)", "expand[]=latest_charge").at("latest_charge")
    }
}
