import Core

extension Store {
    func retrievePaymentMethod(_ call: Call) throws -> JSON {
        renderer.json(try object(call.id, as: PaymentMethod.self))
    }

    func listPaymentMethods(_ call: Call) throws -> JSON {
        try call.parameters.allow("limit", "starting_after", "ending_before", "customer", "type")
        let type = try call.parameters.text("type")
        let customer = try call.parameters.required("customer")
        return try list(call, at: "/v1/payment_methods", of: customer, where: { (method: PaymentMethod) in
            method.type == type ?? method.type
        }, renderer.json)
    }

    func attachPaymentMethod(_ call: Call) throws -> JSON {
        try call.parameters.allow("customer")
        let customer = try liveCustomer(call.parameters.required("customer"), param: "customer")
        return renderer.json(try following(customer.testClock).attach(call.id, to: customer, param: "payment_method"))
    }

    /// The customer's own method of that id, or a new one if the id is the name of a test card.
    func attach(_ id: String, to customer: Customer, param: String) throws -> PaymentMethod {
        if let behavior = PaymentMethod.behavior(ofTestCard: id) { return try addMethod(behavior, to: customer) }
        let method: PaymentMethod = try object(id, param: param)
        guard method.customer == customer.id else {
            throw APIError.invalid(
                param, "The payment method `\(id)` belongs to another customer.",
                code: "payment_method_customer_mismatch")
        }
        return method
    }

    func addMethod(_ behavior: PaymentMethod.Behavior, to customer: Customer) throws -> PaymentMethod {
        let method = PaymentMethod(
            id: Kind.paymentMethod.makeID(), created: now, customer: customer.id, behavior: behavior)
        try transaction.insert(method)
        try emit("payment_method.attached", method)
        return method
    }

    /// What a subscription is paid with: its own method, else the customer's.
    func method(for subscription: Subscription?, of customer: Customer) throws -> PaymentMethod? {
        guard let id = subscription?.defaultPaymentMethod ?? customer.defaultPaymentMethod else { return nil }
        return try transaction.object(id)
    }
}
