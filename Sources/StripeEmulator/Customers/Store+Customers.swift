import Core

extension Store {
    func createCustomer(_ call: Call) throws -> JSON {
        let parameters = call.parameters
        try parameters.allow(
            "email", "name", "phone", "description", "metadata", "test_clock", "payment_method", "invoice_settings")
        let testClock = try parameters.text("test_clock")
        let store = try following(testClock)
        var customer = Customer(id: Kind.customer.makeID(), created: store.now, testClock: testClock)
        try store.read(parameters, into: &customer)
        if let method = try parameters.text("payment_method") {
            customer.defaultPaymentMethod = try store.attach(method, to: customer, param: "payment_method").id
        }
        try transaction.insert(customer)
        try store.emit("customer.created", customer)
        return renderer.json(customer)
    }

    func retrieveCustomer(_ call: Call) throws -> JSON {
        renderer.json(try object(call.id, as: Customer.self))
    }

    func updateCustomer(_ call: Call) throws -> JSON {
        try call.parameters.allow("email", "name", "phone", "description", "metadata", "invoice_settings")
        let old = try liveCustomer(call.id)
        var customer = old
        let store = try following(customer.testClock)
        try store.read(call.parameters, into: &customer)
        try store.change(old, to: customer, "customer.updated")
        return renderer.json(customer)
    }

    /// Its subscriptions end with it.
    func deleteCustomer(_ call: Call) throws -> JSON {
        let old = try liveCustomer(call.id)
        let store = try following(old.testClock)
        for subscription in try transaction.objects(Subscription.self, of: old.id).map(\.object)
        where !subscription.status.isFinal {
            try store.end(subscription, reason: "cancellation_requested")
        }
        try store.emit("customer.deleted", old)
        var customer = old
        customer.isDeleted = true
        try transaction.update(customer)
        return renderer.json(customer)
    }

    func listCustomers(_ call: Call) throws -> JSON {
        let parameters = call.parameters
        try parameters.allow("limit", "starting_after", "ending_before", "email", "created", "test_clock")
        let (email, clock) = (try parameters.text("email"), try parameters.text("test_clock"))
        let isCreated = try createdFilter(parameters)
        return try list(call, at: "/v1/customers", where: { (customer: Customer) in
            !customer.isDeleted && isCreated(customer.created) && customer.email == email ?? customer.email
                && customer.testClock == clock
        }, renderer.json)
    }

    /// One that was not deleted.
    func liveCustomer(_ id: String, param: String = "id") throws -> Customer {
        let customer: Customer = try object(id, param: param)
        guard !customer.isDeleted else { throw APIError.noSuch(.customer, id, param: param) }
        return customer
    }

    private func read(_ parameters: Parameters, into customer: inout Customer) throws {
        if parameters.has("email") {
            customer.email = try parameters.text("email", limit: 512)
            if let email = customer.email, !email.contains("@") {
                throw APIError.invalid("email", "Invalid email address: \(email.excerpt)", code: "email_invalid")
            }
        }
        if parameters.has("name") { customer.name = try parameters.text("name", limit: 256) }
        if parameters.has("phone") { customer.phone = try parameters.text("phone", limit: 20) }
        if parameters.has("description") { customer.description = try parameters.text("description") }
        customer.metadata = try parameters.metadata(customer.metadata)
        guard let settings = try parameters.part("invoice_settings") else { return }
        try settings.allow("default_payment_method")
        if settings.has("default_payment_method") {
            customer.defaultPaymentMethod = try settings.text("default_payment_method").map {
                try attach($0, to: customer, param: settings.name("default_payment_method")).id
            }
        }
    }
}
