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
                    "Check firewall, proxy and DNS of this machine."),
            ])
        }
        return ProviderCheck(
            findings: [keyFinding(response), await keySet(probe)],
            clockOffset: response.date.map { $0 - time.now() })
    }

    private func keyFinding(_ response: Probe.Response) -> Finding {
        switch response.status {
        case 404: .ok("provider", "fal.ai at \(queueURL) accepts the key.")
        case 401:
            .problem(
                "provider", "fal.ai rejects the key.",
                "Create a key at fal.ai/dashboard/keys and set FAL_KEY to it. A key has the form id:secret.")
        case 403:
            .problem(
                "provider", "fal.ai rejects the account of the key: \(response.text.prefix(200)).",
                "Check the balance and the permissions of the account at fal.ai.")
        default:
            .warning(
                "provider", "the key could not be checked: fal.ai returned HTTP \(response.status).",
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
            "webhook keys", "\(keysURL) returned no keys\(outcome.reason).",
            "Without the keys, webhooks are rejected. Results then arrive by polling: later, but none is lost.")
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
