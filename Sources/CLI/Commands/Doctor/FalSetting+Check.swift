import Core

extension FalSetting {
    /// Also whether it publishes the keys that its webhooks are checked with. To ask for a request that never was costs
    /// nothing: with a good key it is 404, with a bad one 401.
    func check(_ probe: Probe, isServing: Bool, time: Time) async -> ProviderCheck {
        let request = ID<Job>.make(at: time.now())
        let outcome = await probe.get(
            "\(queueURL)/fal-ai/flux/requests/\(request)/status", headers: ["Authorization": "Key \(key)"])
        guard case .response(let response) = outcome else {
            return ProviderCheck(findings: [
                .problem(
                    "provider", "\(queueURL) cannot be reached\(outcome.reason).",
                    "Let this machine connect to it: firewall, proxy, DNS."),
            ])
        }
        return ProviderCheck(
            findings: [keyFinding(response), await keySet(probe)],
            clockOffset: response.date.map { $0 - time.now() })
    }

    private func keyFinding(_ response: Probe.Response) -> Finding {
        switch response.status {
        case 404: .ok("provider", "fal.ai at \(queueURL) takes the key.")
        case 401:
            .problem(
                "provider", "fal.ai does not know the key.",
                "Make one at fal.ai/dashboard/keys and set FAL_KEY; it looks like id:secret.")
        case 403:
            .problem(
                "provider", "fal.ai refuses the key's account: \(response.text.prefix(200)).",
                "Look at its balance and its rights at fal.ai.")
        default:
            .warning(
                "provider", "fal.ai returns \(response.status), so the key could not be tried.",
                "Try again in a minute; see status.fal.ai.")
        }
    }

    private func keySet(_ probe: Probe) async -> Finding {
        let outcome = await probe.get(keysURL)
        if case .response(let response) = outcome, response.status == 200, let json = try? JSON(parsing: response.text),
            json["keys"]?.array?.isEmpty == false
        {
            return .ok("webhook keys", "published at \(keysURL).")
        }
        return .warning(
            "webhook keys", "\(keysURL) gives none\(outcome.reason).",
            "Without them webhooks are refused, and results are polled for: later, and never lost.")
    }
}

extension Probe.Outcome {
    fileprivate var reason: String {
        switch self {
        case .none(let reason): ": \(reason)"
        case .response(let response): " (HTTP \(response.status))"
        }
    }
}
