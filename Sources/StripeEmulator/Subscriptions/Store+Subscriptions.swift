import Core

extension Store {
    func retrieveSubscription(_ call: Call) throws -> JSON {
        try renderer.json(object(call.id, as: Subscription.self))
    }

    /// Without a status, those that have not ended.
    func listSubscriptions(_ call: Call) throws -> JSON {
        let parameters = call.parameters
        try parameters.allow("limit", "starting_after", "ending_before", "customer", "status", "price", "created")
        let (status, price) = (try parameters.text("status"), try parameters.text("price"))
        let isCreated = try createdFilter(parameters)
        return try list(
            call, at: "/v1/subscriptions", of: parameters.text("customer"), where: { (subscription: Subscription) in
            let isWanted = switch status {
            case nil: subscription.status != .canceled
            case "all": true
            case "ended": subscription.status.isFinal
            case let status?: subscription.status.rawValue == status
            }
            let hasPrice = price.map { price in subscription.items.contains { $0.price == price } } ?? true
            return isWanted && isCreated(subscription.created) && hasPrice
        }, renderer.json)
    }

    func createSubscription(_ call: Call) throws -> JSON {
        let parameters = call.parameters
        try parameters.allow(
            "customer", "items", "metadata", "description", "default_payment_method", "payment_behavior",
            "trial_period_days")
        let customer = try liveCustomer(parameters.required("customer"), param: "customer")
        let store = try following(customer.testClock)
        let items = try parameters.parts("items", limit: 20)?.map { part in
            try part.allow("price", "price_data", "quantity", "metadata")
            return (try store.price(part, isRecurring: true), try part.integer("quantity") ?? 1)
        }
        guard let items, !items.isEmpty else { throw APIError.missing("items") }
        guard Set(items.map(\.0.currency)).count == 1 else {
            throw APIError.invalid("items", "All prices on a subscription must have the same currency.")
        }
        let method = try parameters.text("default_payment_method").map {
            try store.attach($0, to: customer, param: "default_payment_method")
        }
        let behavior: PaymentBehavior = try parameters.choice("payment_behavior") ?? .allowIncomplete
        guard try method != nil || behavior == .defaultIncomplete || self.method(for: nil, of: customer) != nil else {
            throw APIError.invalid(
                nil, "This customer has no attached payment source or default payment method.",
                code: "resource_missing")
        }
        let subscription = try store.subscribe(
            customer, to: items, paying: method, behavior: behavior, metadata: parameters.metadata(),
            description: parameters.text("description"),
            trialDays: parameters.integer("trial_period_days", in: 1...730))
        return try renderer.json(subscription)
    }

    func cancelSubscription(_ call: Call) throws -> JSON {
        try call.parameters.allow("cancellation_details", "invoice_now", "prorate")
        let returnsRest = try call.parameters.bool("prorate") ?? false
        guard try call.parameters.bool("invoice_now") ?? false == returnsRest else {
            throw APIError.invalid(
                "prorate", "The Stripe emulator supports `prorate` and `invoice_now` only together with each other.")
        }
        var subscription: Subscription = try object(call.id)
        guard !subscription.status.isFinal else { throw APIError.noSuch(.subscription, call.id) }
        let store = try following(subscription.testClock)
        if returnsRest { subscription = try store.creditRest(of: subscription) }
        return try renderer.json(store.end(subscription, reason: "cancellation_requested"))
    }

    /// An existing price, or one created for this item.
    func price(_ part: Parameters, isRecurring: Bool?) throws -> Price {
        let price: Price
        if let id = try part.text("price") {
            price = try object(id, param: part.name("price"))
            guard price.isActive else {
                throw APIError.invalid(
                    part.name("price"), "The price specified is inactive. This field only accepts active prices.")
            }
        } else if let data = try part.part("price_data") {
            price = try newPrice(data)
        } else {
            throw APIError.missing(part.name("price"))
        }
        if let isRecurring, isRecurring != (price.recurring != nil) {
            throw APIError.invalid(
                part.name("price"),
                isRecurring
                    ? "The price specified is set to `type=one_time` but this field only accepts prices with "
                        + "`type=recurring`."
                    : "You specified `payment` mode but passed a recurring price.")
        }
        return price
    }
}

/// What becomes of a change whose payment fails.
enum PaymentBehavior: String, Sendable, CaseIterable {
    case allowIncomplete = "allow_incomplete"
    case defaultIncomplete = "default_incomplete"
    case errorIfIncomplete = "error_if_incomplete"
    case pendingIfIncomplete = "pending_if_incomplete"
}
