import Core

/// Whether Stripe accepts our key and can send its events to us.
struct BillingCheck: Sendable {
    let settings: Settings
    let probe: Probe

    private static let path = "/api/stripe/webhook"

    func callAsFunction() async -> [Finding] {
        switch settings.payments {
        case .off: return [.information("payments", "off: set STRIPE_SECRET_KEY to sell packs and plans.")]
        case .stripeEmulator(let port):
            return [.information("payments", """
                the Stripe emulator on port \(port), where no money moves. Set STRIPE_SECRET_KEY for Stripe.
                """)]
        case .stripe(let stripe): return await check(stripe)
        }
    }

    private func check(_ stripe: Settings.Stripe) async -> [Finding] {
        let outcome = await probe.get(
            stripe.url + "/v1/webhook_endpoints?limit=100",
            headers: ["Authorization": "Bearer \(stripe.key)", "Stripe-Version": StripeClient.version])
        guard case .response(let response) = outcome else {
            return [
                .problem(
                    "payments", "\(stripe.url) cannot be reached.",
                    "Let this machine connect to it: firewall, proxy, DNS."), secrets(stripe),
            ]
        }
        return [key(response, stripe), secrets(stripe)] + (response.status == 200 ? [endpoint(response)] : [])
    }

    private func key(_ response: Probe.Response, _ stripe: Settings.Stripe) -> Finding {
        switch response.status {
        case 200:
            .ok(
                "payments",
                "Stripe takes the key\(stripe.key.contains("_test_") ? ", in test mode: no money moves" : "").")
        case 401:
            .problem(
                "payments", "Stripe does not know the key.",
                "Copy it from dashboard.stripe.com/apikeys into STRIPE_SECRET_KEY.")
        // A restricted key need not read endpoints.
        case 403: .ok("payments", "Stripe knows the key, which may not list webhook endpoints.")
        default:
            .warning(
                "payments", "Stripe returns \(response.status), so the key could not be tried.",
                "Try again in a minute; see status.stripe.com.")
        }
    }

    private func secrets(_ stripe: Settings.Stripe) -> Finding {
        stripe.webhookSecrets.isEmpty
            ? .problem(
                "payment webhook", "has no secret, so that no event of Stripe's is accepted.",
                "Set STRIPE_WEBHOOK_SECRET to the endpoint's, which begins with whsec_.")
            : .ok("payment webhook", """
                has \(stripe.webhookSecrets.count == 1 ? "a secret" : "\(stripe.webhookSecrets.count) secrets").
                """)
    }

    private func endpoint(_ response: Probe.Response) -> Finding {
        let address = settings.publicURL + BillingCheck.path
        let endpoints = (try? JSON(parsing: response.text))?["data"]?.array ?? []
        guard let ours = endpoints.first(where: { $0["url"]?.string == address }) else {
            return .warning("payment events", "Stripe is not set up to send them to \(address).", """
                Add it as an endpoint at dashboard.stripe.com/webhooks, or run 'stripe listen' while developing.
                """)
        }
        guard ours["status"]?.string == "enabled" else {
            return .problem(
                "payment events", "the endpoint \(address) is disabled at Stripe.",
                "Enable it at dashboard.stripe.com/webhooks; what was missed is sent again.")
        }
        return .ok("payment events", "are sent to \(address).")
    }
}
