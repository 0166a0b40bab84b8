import Core
import Foundation

/// Whether the provider can be reached, accepts our key, and publishes the keys that its webhooks are checked with.
/// Asking for a request that never was costs nothing: a good key gets 404, a bad one 401.
struct ProviderCheck: Sendable {
    struct Result: Sendable {
        var findings: [Finding]
        /// How far the provider's clock is ahead of this machine's.
        var clockOffset: Duration?
    }

    let settings: Settings
    let probe: Probe
    let isServing: Bool
    let time: Time

    func callAsFunction() async -> Result {
        if let fal = settings.fal { return await check(fal) }
        guard let url = settings.sandboxURL else {
            return Result(findings: [
                .problem(
                    "provider", "none: the sandbox is off and there is no key of fal.ai.",
                    "Set FAL_KEY, or remove DARKROOM_SANDBOX."),
            ])
        }
        return await check(sandbox: url)
    }

    private func check(_ fal: Settings.Fal) async -> Result {
        let request = ID<Job>.make(at: time.now())
        let outcome = await probe.get(
            "\(fal.queueURL)/fal-ai/flux/requests/\(request)/status", headers: ["Authorization": "Key \(fal.key)"])
        guard case .response(let response) = outcome else {
            return Result(findings: [
                .problem(
                    "provider", "\(fal.queueURL) cannot be reached\(outcome.reason).",
                    "Let this machine connect to it: firewall, proxy, DNS."),
            ])
        }
        return Result(
            findings: [key(response, fal), await keySet(fal.keysURL)],
            clockOffset: response.date.map { $0 - time.now() })
    }

    private func key(_ response: Probe.Response, _ fal: Settings.Fal) -> Finding {
        switch response.status {
        case 404: .ok("provider", "fal.ai at \(fal.queueURL) takes the key.")
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

    private func keySet(_ url: String) async -> Finding {
        let outcome = await probe.get(url)
        if case .response(let response) = outcome, response.status == 200, let json = try? JSON(parsing: response.text),
            json["keys"]?.array?.isEmpty == false
        {
            return .ok("webhook keys", "published at \(url).")
        }
        return .warning(
            "webhook keys", "\(url) gives none\(outcome.reason).",
            "Without them webhooks are refused, and results are polled for: later, and never lost.")
    }

    private func check(sandbox url: String) async -> Result {
        switch await probe.get(url) {
        case .response(let response) where response.status == 200:
            return Result(findings: [
                .ok("provider", "sandbox at \(url): paints pictures, nothing is made by AI. Set FAL_KEY for fal.ai."),
            ])
        case .response(let response):
            return Result(findings: [
                .problem(
                    "provider", "what responds at \(url) is no sandbox (HTTP \(response.status)).",
                    "Give the sandbox another port with --sandbox-port."),
            ])
        case .none(let reason):
            if case .builtIn = settings.sandbox, !isServing {
                return Result(findings: [
                    .information(
                        "provider",
                        "sandbox, which starts with the server. Nothing it makes is AI; set FAL_KEY for fal.ai."),
                ])
            }
            return Result(findings: [
                .problem(
                    "provider", "the sandbox at \(url) does not respond: \(reason).",
                    "Start it with 'darkroom sandbox', or correct DARKROOM_SANDBOX_URL and --sandbox-port."),
            ])
        }
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
