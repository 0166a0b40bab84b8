import Core
import Foundation

extension Store {
    func createSession(_ call: Call) throws -> JSON {
        let parameters = call.parameters
        try parameters.allow(
            "mode", "line_items", "success_url", "cancel_url", "client_reference_id", "customer", "customer_email",
            "customer_creation", "customer_update", "metadata", "payment_intent_data", "subscription_data",
            "invoice_creation", "expires_at", "allow_promotion_codes", "ui_mode", "locale", "payment_method_collection",
            "submit_type",
            "billing_address_collection", "automatic_tax", "tax_id_collection")
        guard let mode: CheckoutSession.Mode = try parameters.choice("mode") else { throw APIError.missing("mode") }
        if let look = try parameters.text("ui_mode"), look != "hosted_page", look != "hosted" {
            throw APIError.invalid("ui_mode", "The Stripe emulator supports only hosted pages.")
        }
        let customer = try parameters.text("customer").map { try liveCustomer($0, param: "customer") }
        if customer != nil, parameters.has("customer_email") {
            throw APIError.invalid(
                "customer_email", "You may only specify one of these parameters: customer, customer_email.")
        }
        let store = try following(customer?.testClock)
        let lines = try store.lines(parameters, mode)
        var session = CheckoutSession(
            id: Kind.session.makeID(), created: store.now, testClock: customer?.testClock, mode: mode,
            currency: lines.currency, lines: lines.lines,
            successURL: try address("success_url", parameters, isRequired: true) ?? "",
            cancelURL: try address("cancel_url", parameters), expiresAt: try store.expiry(parameters),
            customer: customer?.id,
            email: try parameters.text("customer_email") ?? customer?.email)
        try store.read(parameters, into: &session)
        try transaction.insert(session)
        return renderer.json(session)
    }

    func retrieveSession(_ call: Call) throws -> JSON {
        renderer.json(try object(call.id, as: CheckoutSession.self))
    }

    func listSessions(_ call: Call) throws -> JSON {
        let parameters = call.parameters
        try parameters.allow(
            "limit", "starting_after", "ending_before", "customer", "payment_intent", "subscription", "status",
            "created")
        let (intent, subscription) = (try parameters.text("payment_intent"), try parameters.text("subscription"))
        let status: CheckoutSession.Status? = try parameters.choice("status")
        let isCreated = try createdFilter(parameters)
        return try list(
            call, at: "/v1/checkout/sessions", of: parameters.text("customer"), where: { (session: CheckoutSession) in
            isCreated(session.created) && intent ?? session.paymentIntent == session.paymentIntent
                && subscription ?? session.subscription == session.subscription
                && status ?? session.status == session.status
        }, renderer.json)
    }

    func listLineItems(_ call: Call) throws -> JSON {
        try call.parameters.allow("limit", "starting_after", "ending_before")
        return try renderer.lineItems(of: object(call.id))
    }

    func expireSession(_ call: Call) throws -> JSON {
        let session: CheckoutSession = try object(call.id)
        guard session.status == .open else {
            let reason = "Only Checkout Sessions with a status in [\"open\"] can be expired."
            throw APIError.invalid(nil, "\(reason) This session is \(session.status.rawValue).")
        }
        return renderer.json(try following(session.testClock).expire(session))
    }

    func expire(_ session: CheckoutSession) throws -> CheckoutSession {
        var session = session
        session.status = .expired
        try transaction.update(session)
        try emit("checkout.session.expired", session)
        return session
    }

    // MARK: - Reading

    private func lines(
        _ parameters: Parameters, _ mode: CheckoutSession.Mode
    ) throws -> (lines: [CheckoutSession.Line], currency: String) {
        guard let parts = try parameters.parts("line_items"), !parts.isEmpty else {
            throw APIError.missing("line_items")
        }
        let priced = try parts.map { part in
            try part.allow("price", "price_data", "quantity", "adjustable_quantity", "metadata")
            guard let quantity = try part.integer("quantity", in: 1...999_999) else {
                throw APIError.missing(part.name("quantity"))
            }
            return (try price(part, isRecurring: mode == .payment ? false : nil), quantity)
        }
        guard mode == .payment || priced.contains(where: { $0.0.recurring != nil }) else {
            throw APIError.invalid(
                "line_items", "You must provide at least one recurring price in `subscription` mode.")
        }
        // Stripe bills them with the first invoice; no caller needs that here yet.
        guard mode == .payment || priced.allSatisfy({ $0.0.recurring != nil }) else {
            throw APIError.invalid(
                "line_items", "The Stripe emulator supports only recurring prices in `subscription` mode.")
        }
        guard Set(priced.map(\.0.currency)).count == 1 else {
            throw APIError.invalid("line_items", "All prices on a Checkout Session must have the same currency.")
        }
        let lines = try priced.map { price, quantity in
            CheckoutSession.Line(
                id: Kind.makeID("li_"), price: price.id, quantity: quantity, amount: price.unitAmount * quantity,
                description: try object(price.product, as: Product.self).name)
        }
        return (lines, priced[0].0.currency)
    }

    private func read(_ parameters: Parameters, into session: inout CheckoutSession) throws {
        session.reference = try parameters.text("client_reference_id", limit: 200)
        session.metadata = try parameters.metadata()
        session.allowsPromotionCodes = try parameters.bool("allow_promotion_codes")
        session.createsCustomer = try session.mode == .subscription || parameters.text("customer_creation") == "always"
        session.createsInvoice = try parameters.part("invoice_creation")?.bool("enabled") ?? false
        if let data = try parameters.part("payment_intent_data") {
            try data.allow("metadata", "description", "setup_future_usage", "receipt_email")
            guard session.mode == .payment else {
                throw APIError.invalid(
                    "payment_intent_data", "You can not pass `payment_intent_data` in `subscription` mode.")
            }
            session.intentMetadata = try data.metadata()
            session.intentDescription = try data.text("description")
            session.setupFutureUsage = try data.text("setup_future_usage")
        }
        if let data = try parameters.part("subscription_data") {
            try data.allow("metadata", "description", "trial_period_days", "proration_behavior", "billing_mode")
            guard session.mode == .subscription else {
                throw APIError.invalid(
                    "subscription_data", "You can only pass `subscription_data` in `subscription` mode.")
            }
            session.subscriptionMetadata = try data.metadata()
            session.subscriptionDescription = try data.text("description")
            session.trialDays = try data.integer("trial_period_days", in: 1...730)
        }
        if try parameters.part("automatic_tax")?.bool("enabled") ?? false {
            throw APIError.invalid("automatic_tax[enabled]", "The Stripe emulator does not support taxes.")
        }
    }

    private func address(_ name: String, _ parameters: Parameters, isRequired: Bool = false) throws -> String? {
        guard let text = try isRequired ? parameters.required(name) : parameters.text(name) else { return nil }
        let plain = text.replacing("{CHECKOUT_SESSION_ID}", with: "id")
        guard text.hasPrefix("http://") || text.hasPrefix("https://"), URL(string: plain)?.host() != nil else {
            throw APIError.invalid(name, "Not a valid URL", code: "url_invalid")
        }
        return text
    }

    private func expiry(_ parameters: Parameters) throws -> Int64 {
        guard let expiry = try parameters.instant("expires_at") else { return now + 86_400 }
        // A minute's grace for callers whose clock is another.
        guard (now + 1740...now + 86_460).contains(expiry) else {
            throw APIError.invalid(
                "expires_at",
                "The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout Session creation.")
        }
        return expiry
    }
}
