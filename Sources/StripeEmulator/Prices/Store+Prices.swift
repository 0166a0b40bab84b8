import Core

extension Store {
    func createPrice(_ call: Call) throws -> JSON {
        let parameters = call.parameters
        try parameters.allow(
            "product", "product_data", "currency", "unit_amount", "unit_amount_decimal", "recurring", "lookup_key",
            "transfer_lookup_key", "nickname", "active", "tax_behavior", "metadata", "billing_scheme")
        return renderer.json(try newPrice(parameters))
    }

    /// Creates a price from the parameters of its own call, a product's or a session's.
    ///
    /// - Parameter product: The product, if it is known without the form.
    func newPrice(_ parameters: Parameters, product: String? = nil) throws -> Price {
        let product = try product ?? self.product(parameters)
        let currency = try parameters.required("currency").lowercased()
        guard Money.isCurrency(currency) else {
            throw APIError.invalid(parameters.name("currency"), "Invalid currency: \(currency.excerpt)")
        }
        if let scheme = try parameters.text("billing_scheme"), scheme != "per_unit" {
            throw APIError.invalid("billing_scheme", "The Stripe emulator supports only prices per unit.")
        }
        let amount = try parameters.integer("unit_amount") ?? parameters.integer("unit_amount_decimal")
        guard let amount else { throw APIError.missing(parameters.name("unit_amount")) }
        try demandChargeable(Money(amount, currency), parameters.name("unit_amount"))
        var price = Price(
            id: Kind.price.makeID(), created: now, product: product, currency: currency, unitAmount: amount,
            recurring: try recurring(parameters), nickname: try parameters.text("nickname"),
            isActive: try parameters.bool("active") ?? true,
            taxBehavior: try parameters.choice("tax_behavior") ?? .unspecified,
            metadata: try parameters.metadata())
        price.lookupKey = try lookupKey(parameters, for: price)
        try transaction.insert(price)
        try emit("price.created", price)
        return price
    }

    /// Stripe refuses to charge what its networks do not take.
    func demandChargeable(_ money: Money, _ name: String) throws {
        guard !money.isChargeable else { return }
        let currency = money.currency.uppercased()
        throw APIError.invalid(
            name, "Invalid amount. Amounts in \(currency) must be evenly divisible by \(money.step).",
            code: "invalid_charge_amount_no_decimal_compatible")
    }

    func retrievePrice(_ call: Call) throws -> JSON {
        renderer.json(try object(call.id, as: Price.self))
    }

    /// The amount never changes: there is no parameter for it.
    func updatePrice(_ call: Call) throws -> JSON {
        let parameters = call.parameters
        try parameters.allow("active", "lookup_key", "transfer_lookup_key", "nickname", "metadata", "tax_behavior")
        let old: Price = try object(call.id)
        var price = old
        price.isActive = try parameters.bool("active") ?? price.isActive
        if parameters.has("nickname") { price.nickname = try parameters.text("nickname") }
        if parameters.has("lookup_key") { price.lookupKey = try lookupKey(parameters, for: price) }
        price.taxBehavior = try parameters.choice("tax_behavior") ?? price.taxBehavior
        price.metadata = try parameters.metadata(price.metadata)
        try change(old, to: price, "price.updated")
        return renderer.json(price)
    }

    func listPrices(_ call: Call) throws -> JSON {
        let parameters = call.parameters
        try parameters.allow(
            "limit", "starting_after", "ending_before", "active", "created", "currency", "product", "lookup_keys",
            "type")
        let (isActive, keys) = (try parameters.bool("active"), try parameters.texts("lookup_keys", limit: 10))
        let (currency, type) = (try parameters.text("currency"), try parameters.text("type"))
        let isCreated = try createdFilter(parameters)
        return try list(call, at: "/v1/prices", of: parameters.text("product"), where: { (price: Price) in
            isCreated(price.created) && price.isActive == isActive ?? price.isActive
                && price.currency == currency ?? price.currency
                && (keys.map { keys in price.lookupKey.map { keys.contains($0) } ?? false } ?? true)
                && (type.map { ($0 == "recurring") == (price.recurring != nil) } ?? true)
        }, renderer.json)
    }

    private func product(_ parameters: Parameters) throws -> String {
        if let id = try parameters.text("product") {
            return try object(id, param: parameters.name("product"), as: Product.self).id
        }
        guard let data = try parameters.part("product_data") else { throw APIError.missing(parameters.name("product")) }
        let product = Product(
            id: Kind.product.makeID(), created: now, updated: now, name: try data.required("name"),
            description: try data.text("description"), metadata: try data.metadata())
        try transaction.insert(product)
        try emit("product.created", product)
        return product.id
    }

    private func recurring(_ parameters: Parameters) throws -> Price.Recurring? {
        guard let part = try parameters.part("recurring") else { return nil }
        try part.allow("interval", "interval_count", "usage_type")
        guard let interval: Price.Interval = try part.choice("interval") else {
            throw APIError.missing(part.name("interval"))
        }
        if let usage = try part.text("usage_type"), usage != "licensed" {
            throw APIError.invalid(part.name("usage_type"), "The Stripe emulator supports only licensed usage.")
        }
        return Price.Recurring(interval: interval, count: try part.integer("interval_count", in: 1...365) ?? 1)
    }

    /// A key names one price; it can be taken from the one that had it.
    private func lookupKey(_ parameters: Parameters, for price: Price) throws -> String? {
        guard let key = try parameters.text("lookup_key", limit: 200) else { return nil }
        let holder = try transaction.objects(Price.self, limit: .max).map(\.object).first {
            $0.lookupKey == key && $0.id != price.id
        }
        guard let holder else { return key }
        guard try parameters.bool("transfer_lookup_key") == true else {
            throw APIError.invalid("lookup_key", "A price (`\(holder.id)`) already uses that lookup key.")
        }
        var former = holder
        former.lookupKey = nil
        try change(holder, to: former, "price.updated")
        return key
    }
}
