/// Sends an owner to Stripe's own pages about their payments: cards, bills, ending a subscription.
package struct OpenPortal: Sendable {
    private let billing: Billing
    private let addresses: ReturnAddresses

    package init(_ billing: Billing, addresses: ReturnAddresses) {
        self.billing = billing
        self.addresses = addresses
    }

    /// The address of a page for this person, now. Throws `BillingError`.
    package func callAsFunction(returnURL: String?, by actor: Actor) async throws -> String {
        _ = try billing.demandOwner(actor)
        let back = try addresses.check(returnURL, field: "returnUrl", otherwise: "/")
        do {
            return try await billing.withCustomer(of: actor.account) { try await session($0, back) }
        } catch let error as StripeError {
            throw BillingError.stripe(error)
        }
    }

    /// A page is for now, so each request has a key of its own.
    private func session(_ customer: String, _ back: String) async throws -> String {
        let key = "portal-\(ID<OpenPortal>.make(at: billing.time.now()))"
        let form: StripeForm = ["customer": .text(customer), "return_url": .text(back)]
        do throws(StripeError) {
            return try await url(form, key)
        } catch {
            // None was ever saved there.
            guard case .refused(let refusal) = error, refusal.message.contains("configuration") else { throw error }
        }
        var configured = form
        configured["configuration"] = .text(try await makeConfiguration())
        return try await url(configured, key + "-configured")
    }

    private func url(_ form: StripeForm, _ key: String) async throws(StripeError) -> String {
        let made = try await billing.stripe.post("/billing_portal/sessions", form, key: key)
        guard let url = made["url"]?.string else {
            throw .unavailable("the response contains a portal session without a URL")
        }
        return url
    }

    /// Plans are changed with us, where a cheaper one begins with the next period.
    private func makeConfiguration() async throws -> String {
        let made = try await billing.stripe.post("/billing_portal/configurations", [
            "business_profile": ["headline": "Your plan and payments"],
            "features": [
                "invoice_history": ["enabled": true], "payment_method_update": ["enabled": true],
                "subscription_cancel": ["enabled": true, "mode": "at_period_end"],
            ],
        ], key: "portal-configuration-1")
        guard let id = made["id"]?.string else {
            throw StripeError.unavailable("the response contains a portal configuration without an id")
        }
        return id
    }
}
