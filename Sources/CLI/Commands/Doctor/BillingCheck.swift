import Core

/// Whether Stripe accepts our key and can send its events to us.
struct BillingCheck: Sendable {
    let settings: Settings
    let probe: Probe

    private static let path = "/api/stripe/webhook"

    func callAsFunction() async -> [Finding] {
        switch settings.payments {
        case .off: return [.information("payments", "off. Set STRIPE_SECRET_KEY to sell packs and plans.")]
        case .stripeEmulator(let port) where settings.isReachable:
            return [
                .warning(
                    "payments",
                    "the Stripe emulator on port \(port) sells credits for no money to users of \(settings.publicURL).",
                    "Set STRIPE_SECRET_KEY to use Stripe, or turn the emulator off with DARKROOM_STRIPE_SANDBOX=off."),
            ]
        case .stripeEmulator(let port):
            return [.information("payments", """
                the Stripe emulator on port \(port); no money moves. Set STRIPE_SECRET_KEY to use Stripe.
                """)]
        case .stripe(let stripe): return await check(stripe)
        }
    }

    private func check(_ stripe: Settings.Stripe) async -> [Finding] {
        let (finding, response) = await key(of: stripe)
        guard let response, response.status == 200 else { return [finding, secrets(stripe)] }
        return [finding, secrets(stripe), endpoint(response)]
    }

    /// Whether Stripe accepts the key, and the list of webhook endpoints that it was asked for.
    func key(of stripe: Settings.Stripe) async -> (finding: Finding, response: Probe.Response?) {
        let outcome = await probe.get(
            stripe.url + "/v1/webhook_endpoints?limit=100",
            headers: ["Authorization": "Bearer \(stripe.key)", "Stripe-Version": StripeClient.version])
        guard case .response(let response) = outcome else {
            let advice = "Check firewall, proxy and DNS of this machine."
            return (.problem("payments", "\(stripe.url) cannot be reached.", advice), nil)
        }
        return (key(response, stripe), response)
    }

    private func key(_ response: Probe.Response, _ stripe: Settings.Stripe) -> Finding {
        switch response.status {
        case 200:
            .ok(
                "payments",
                "Stripe accepts the key\(stripe.key.contains("_test_") ? ", in test mode: no money moves" : "").")
        case 401:
            .problem(
                "payments", "Stripe rejects the key.",
                "Copy it from dashboard.stripe.com/apikeys into STRIPE_SECRET_KEY.")
        // A restricted key need not read endpoints.
        case 403:
            .ok("payments", "Stripe accepts the key, which cannot list webhook endpoints, so they were not checked.")
        default:
            .warning(
                "payments", "the key could not be checked: Stripe returned HTTP \(response.status).",
                "Try again in a minute; see status.stripe.com.")
        }
    }

    private func secrets(_ stripe: Settings.Stripe) -> Finding {
        stripe.webhookSecrets.isEmpty
            ? .problem(
                "payment webhook", "no secret is set, so the server rejects all Stripe events.",
                "Set STRIPE_WEBHOOK_SECRET to the secret of the endpoint, which begins with whsec_.")
            : .ok("payment webhook", """
                \(stripe.webhookSecrets.count) \(stripe.webhookSecrets.count == 1 ? "secret is" : "secrets are") set.
                """)
    }

    private func endpoint(_ response: Probe.Response) -> Finding {
        let address = settings.publicURL + BillingCheck.path
        let endpoints = (try? JSON(parsing: response.text))?["data"]?.array ?? []
        guard let ours = endpoints.first(where: { $0["url"]?.string == address }) else {
            return .warning("payment events", "Stripe has no webhook endpoint with the URL \(address).", """
                Add the endpoint at dashboard.stripe.com/webhooks, or run 'stripe listen' during development.
                """)
        }
        guard ours["status"]?.string == "enabled" else {
            return .problem(
                "payment events", "the endpoint \(address) is disabled at Stripe.",
                "Enable it at dashboard.stripe.com/webhooks. Stripe then sends missed events again.")
        }
        return .ok("payment events", "Stripe sends them to \(address).")
    }
}
