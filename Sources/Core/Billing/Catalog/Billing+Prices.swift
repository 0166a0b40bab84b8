import SQL

/// Stripe's prices are made when they are first needed, so that nothing has to be clicked together there.
extension Billing {
    /// Does something with Stripe's price for an offer, and once more with another if somebody has archived the one
    /// that was known: that is not sold any more, and still counts if it is paid.
    func withPrice<Value>(of offer: Offer, _ body: (_ price: String) async throws -> Value) async throws -> Value {
        let price = try await price(of: offer)
        do {
            return try await body(price)
        } catch let error as StripeError {
            guard case .refused(let refusal) = error, refusal.parameter?.hasSuffix("[price]") == true
            else { throw error }
        }
        try await retire(price)
        return try await body(try await self.price(of: offer, inPlaceOf: price))
    }

    /// Stripe's price for an offer. A price there never changes, so another amount has another one; its
    /// `lookup_key` finds what an earlier try has made.
    private func price(of offer: Offer, inPlaceOf old: String? = nil) async throws -> String {
        let environment = stripe.environment
        if let known = try await database.read({ try $0.billing.stripePrice(of: offer, in: environment) }) {
            return known
        }
        let lookupKey = "darkroom_\(offer.item)_\(offer.price.amount)_\(offer.price.currency)"
        var price = try await stripe.get(
            "/prices", ["lookup_keys": [.text(lookupKey)], "active": true, "limit": 1]).listed
            .first { $0["id"]?.string != old }
        if price == nil { price = try await makePrice(of: offer, lookupKey, inPlaceOf: old) }
        guard let id = price?["id"]?.string else {
            throw StripeError.unavailable("the response contains a price without an id")
        }
        try await store(id, offer.item, offer.price)
        return id
    }

    private func makePrice(of offer: Offer, _ lookupKey: String, inPlaceOf old: String?) async throws -> JSON {
        var form: StripeForm = [
            "currency": .text(offer.price.currency), "unit_amount": .text(String(offer.price.amount)),
            "lookup_key": .text(lookupKey), "transfer_lookup_key": true, "product_data": ["name": .text(offer.title)],
            "metadata": ["darkroom_item": .text(offer.item.description)],
        ]
        if offer.item.plan != nil { form["recurring"] = ["interval": "month"] }
        return try await stripe.post(
            "/prices", form, key: "price-\(lookupKey)-\(form.digest)\(old.map { "-" + $0 } ?? "")")
    }

    /// What one of Stripe's prices stands for. One that somebody made there counts if its metadata says
    /// `darkroom_item`. Nil if it does not.
    func item(ofPrice id: String) async throws -> Item? {
        let environment = stripe.environment
        if let known = try await database.read({ try $0.billing.item(ofPrice: id, in: environment) }) { return known }
        guard let named = try await namedItem(ofPrice: id) else { return nil }
        // It counts if it is paid, and is not sold by this server: it may be for a year, or for once.
        try await store(id, named.item, Money(0, named.currency))
        return named.item
    }

    /// What its metadata says that it stands for.
    func namedItem(ofPrice id: String) async throws -> (item: Item, currency: String)? {
        guard let price = try await stripe.find("/prices/\(id.percentEncoded)"),
            let item = price["metadata"]?["darkroom_item"]?.string.flatMap({ Item($0) })
        else { return nil }
        return (item, price["currency"]?.string ?? "")
    }

    /// The plan that one of Stripe's prices is for.
    func plan(ofPrice id: String) async throws -> Plan? {
        guard let name = try await item(ofPrice: id)?.plan else { return nil }
        return try await database.read { try $0.billing.plan(name) }
    }

    private func retire(_ price: String) async throws {
        let environment = stripe.environment
        try await database.write(order: .key("stripe price \(price)")) {
            _ = try $0.execute(
                "UPDATE stripe_prices SET amount = 0 WHERE environment = $1 AND id = $2", environment, price)
        }
    }

    private func store(_ price: String, _ item: Item, _ money: Money) async throws {
        let (environment, now) = (stripe.environment, time.now())
        try await database.write(order: .key("stripe price \(price)")) {
            _ = try $0.execute("""
                INSERT INTO stripe_prices (environment, id, item, amount, currency, created_at)
                    VALUES ($1, $2, $3, $4, $5, $6)
                ON CONFLICT (environment, id) DO NOTHING
                """, environment, price, item, money.amount, money.currency, now)
        }
    }
}

extension BillingStatements {
    fileprivate func stripePrice(of offer: Offer, in environment: StripeEnvironment) throws(DatabaseError) -> String? {
        try queryOne("""
            SELECT id FROM stripe_prices WHERE environment = $1 AND item = $2 AND amount = $3 AND currency = $4
            ORDER BY created_at, id LIMIT 1
            """, environment, offer.item, offer.price.amount, offer.price.currency)?.get("id")
    }

    func item(ofPrice id: String, in environment: StripeEnvironment) throws(DatabaseError) -> Item? {
        try queryOne("SELECT item FROM stripe_prices WHERE environment = $1 AND id = $2", environment, id)?.get("item")
    }
}
