import SQL

/// Stripe's prices are made when they are first needed, so that nothing has to be clicked together there.
extension Billing {
    /// Stripe's price for an offer of ours. A price there never changes, so another amount has another one; its
    /// `lookup_key` finds what an earlier try has made.
    func price(of offer: Offer) async throws -> String {
        let realm = stripe.realm
        if let known = try await database.read({ try $0.stripePrice(of: offer, in: realm) }) { return known }
        let lookupKey = "darkroom_\(offer.item)_\(offer.price.amount)_\(offer.price.currency)"
        var price = try await stripe.get("/prices", ["lookup_keys": [.text(lookupKey)], "active": true, "limit": 1]).listed.first
        if price == nil { price = try await makePrice(of: offer, lookupKey) }
        guard let id = price?["id"]?.string else { throw StripeError.unavailable("a price without an id") }
        try await keep(id, offer.item, offer.price)
        return id
    }

    private func makePrice(of offer: Offer, _ lookupKey: String) async throws -> JSON {
        var form: StripeForm = [
            "currency": .text(offer.price.currency), "unit_amount": .text(String(offer.price.amount)), "lookup_key": .text(lookupKey),
            "product_data": ["name": .text(offer.title)], "metadata": ["darkroom_item": .text(offer.item.description)],
        ]
        if offer.item.plan != nil { form["recurring"] = ["interval": "month"] }
        return try await stripe.post("/prices", form, key: "price-\(lookupKey)-\(form.digest)")
    }

    /// What one of Stripe's prices stands for. One that somebody made there counts where its metadata says
    /// `darkroom_item`; nothing where it is not about us.
    func item(ofPrice id: String) async throws -> Item? {
        let realm = stripe.realm
        if let known = try await database.read({ try $0.item(ofPrice: id, in: realm) }) { return known }
        guard let price = try await stripe.find("/prices/\(id.percentEncoded)"),
            let item = price["metadata"]?["darkroom_item"]?.string.flatMap({ Item($0) })
        else { return nil }
        // Counted where it is paid, and not sold by us: it may be for a year, or for once.
        try await keep(id, item, Money(0, price["currency"]?.string ?? ""))
        return item
    }

    /// The plan that one of Stripe's prices is for.
    func plan(ofPrice id: String) async throws -> Plan? {
        guard let name = try await item(ofPrice: id)?.plan else { return nil }
        return try await database.read { try $0.plan(name) }
    }

    private func keep(_ price: String, _ item: Item, _ money: Money) async throws {
        let (realm, now) = (stripe.realm, time.now())
        try await database.write(order: .key("stripe price \(price)")) {
            _ = try $0.execute("""
                INSERT INTO stripe_prices (realm, id, item, amount, currency, created_at) VALUES ($1, $2, $3, $4, $5, $6)
                ON CONFLICT (realm, id) DO NOTHING
                """, realm, price, item, money.amount, money.currency, now)
        }
    }
}

extension Transaction {
    fileprivate func stripePrice(of offer: Offer, in realm: String) throws(DatabaseError) -> String? {
        try queryOne("""
            SELECT id FROM stripe_prices WHERE realm = $1 AND item = $2 AND amount = $3 AND currency = $4
            ORDER BY created_at, id LIMIT 1
            """, realm, offer.item, offer.price.amount, offer.price.currency)?.get("id")
    }

    fileprivate func item(ofPrice id: String, in realm: String) throws(DatabaseError) -> Item? {
        try queryOne("SELECT item FROM stripe_prices WHERE realm = $1 AND id = $2", realm, id)?.get("item")
    }
}
