import Core

extension Store {
    func createPortalSession(_ call: Call) throws -> JSON {
        let parameters = call.parameters
        try parameters.allow("customer", "return_url", "configuration", "locale")
        let customer = try liveCustomer(parameters.required("customer"), param: "customer")
        let configuration: PortalConfiguration =
            if let id = try parameters.text("configuration") {
                try object(id, param: "configuration")
            } else {
                try defaultConfiguration()
            }
        let session = PortalSession(
            id: Kind.portalSession.makeID(), created: now, customer: customer.id, configuration: configuration.id,
            returnURL: try parameters.text("return_url") ?? configuration.returnURL, expiresAt: realNow.seconds + 3600)
        try transaction.insert(session)
        return renderer.json(session)
    }

    func createPortalConfiguration(_ call: Call) throws -> JSON {
        let parameters = call.parameters
        try parameters.allow("features", "business_profile", "default_return_url", "metadata", "login_page")
        var configuration = PortalConfiguration(id: Kind.portalConfiguration.makeID(), created: now)
        try read(parameters, into: &configuration)
        configuration.isDefault = try transaction.objects(PortalConfiguration.self, limit: 1).isEmpty
        try transaction.insert(configuration)
        return renderer.json(configuration)
    }

    func updatePortalConfiguration(_ call: Call) throws -> JSON {
        try call.parameters.allow(
            "features", "business_profile", "default_return_url", "metadata", "active", "login_page")
        var configuration: PortalConfiguration = try object(call.id)
        try read(call.parameters, into: &configuration)
        configuration.isActive = try call.parameters.bool("active") ?? configuration.isActive
        try transaction.update(configuration)
        return renderer.json(configuration)
    }

    func retrievePortalConfiguration(_ call: Call) throws -> JSON {
        renderer.json(try object(call.id, as: PortalConfiguration.self))
    }

    func listPortalConfigurations(_ call: Call) throws -> JSON {
        try call.parameters.allow("limit", "starting_after", "ending_before", "active", "is_default")
        let (isActive, isDefault) = (try call.parameters.bool("active"), try call.parameters.bool("is_default"))
        return try list(call, at: "/v1/billing_portal/configurations", where: { (configuration: PortalConfiguration) in
            isActive ?? configuration.isActive == configuration.isActive
                && isDefault ?? configuration.isDefault == configuration.isDefault
        }, renderer.json)
    }

    /// Stripe refuses if no portal is configured. The Stripe emulator creates one, so that there is less to set up.
    private func defaultConfiguration() throws -> PortalConfiguration {
        let configurations = try transaction.objects(PortalConfiguration.self, limit: .max).map(\.object)
        if let configuration = configurations.first(where: \.isDefault) { return configuration }
        let configuration = PortalConfiguration(id: Kind.portalConfiguration.makeID(), created: now, isDefault: true)
        try transaction.insert(configuration)
        return configuration
    }

    private func read(_ parameters: Parameters, into configuration: inout PortalConfiguration) throws {
        configuration.metadata = try parameters.metadata(configuration.metadata)
        if parameters.has("default_return_url") { configuration.returnURL = try parameters.text("default_return_url") }
        guard let features = try parameters.part("features") else { return }
        try features.allow(
            "customer_update", "invoice_history", "payment_method_update", "subscription_cancel", "subscription_update")
        configuration.allowsPaymentMethod = try features.part("payment_method_update")?.bool("enabled")
            ?? configuration.allowsPaymentMethod
        if let cancel = try features.part("subscription_cancel") {
            configuration.allowsCancel = try cancel.bool("enabled") ?? configuration.allowsCancel
            if let mode = try cancel.text("mode") { configuration.cancelsAtPeriodEnd = mode != "immediately" }
        }
        guard let update = try features.part("subscription_update") else { return }
        configuration.allowsUpdate = try update.bool("enabled") ?? configuration.allowsUpdate
        if let proration: ProrationBehavior = try update.choice("proration_behavior") {
            configuration.proration = proration.rawValue
        }
        if let products = try update.parts("products") {
            configuration.prices = try products.flatMap { try $0.texts("prices") ?? [] }
        }
    }
}
