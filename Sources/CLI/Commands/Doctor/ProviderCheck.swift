import Core
import Foundation

/// Whether the provider can be reached, takes our key, and publishes the keys that its webhooks are checked with. Asking
/// for a request that never was costs nothing: a good key hears 404, a bad one 401.
struct ProviderCheck: Sendable {
    struct Result: Sendable {
        var findings: [Finding]
        /// How far the provider's clock is ahead of ours.
        var clockOffset: Duration?
    }

    let settings: Settings
    let probe: Probe
    let isServing: Bool
    let time: Time

    func callAsFunction() async -> Result {
        if let fal = settings.fal { return await check(fal) }
        guard let url = settings.sandboxURL else {
            return Result(findings: [.problem("provider", "none: the sandbox is off and there is no key of fal.ai.", "Set FAL_KEY, or remove DARKROOM_SANDBOX.")])
        }
        return await check(sandbox: url)
    }

    private func check(_ fal: Settings.Fal) async -> Result {
        let request = ID<Job>.make(at: time.now())
        let outcome = await probe.get(
            "\(fal.queueURL)/fal-ai/flux/requests/\(request)/status", headers: ["Authorization": "Key \(fal.key)"])
        guard case .answer(let answer) = outcome else {
            return Result(findings: [.problem("provider", "\(fal.queueURL) cannot be reached\(outcome.reason).", "Let this machine connect to it: firewall, proxy, DNS.")])
        }
        return Result(findings: [key(answer, fal), await keySet(fal.keysURL)], clockOffset: answer.date.map { $0 - time.now() })
    }

    private func key(_ answer: Probe.Answer, _ fal: Settings.Fal) -> Finding {
        switch answer.status {
        case 404: .ok("provider", "fal.ai at \(fal.queueURL) takes the key.")
        case 401: .problem("provider", "fal.ai does not know the key.", "Make one at fal.ai/dashboard/keys and set FAL_KEY; it looks like id:secret.")
        case 403: .problem("provider", "fal.ai refuses the key's account: \(answer.text.prefix(200)).", "Look at its balance and its rights at fal.ai.")
        default: .warning("provider", "fal.ai answers \(answer.status), so the key could not be tried.", "Try again in a minute; see status.fal.ai.")
        }
    }

    private func keySet(_ url: String) async -> Finding {
        let outcome = await probe.get(url)
        if case .answer(let answer) = outcome, answer.status == 200, let json = try? JSON(parsing: answer.text), json["keys"]?.array?.isEmpty == false {
            return .ok("webhook keys", "published at \(url).")
        }
        return .warning("webhook keys", "\(url) gives none\(outcome.reason).", "Without them webhooks are refused, and results are polled for: later, and never lost.")
    }

    private func check(sandbox url: String) async -> Result {
        switch await probe.get(url) {
        case .answer(let answer) where answer.status == 200:
            return Result(findings: [.ok("provider", "sandbox at \(url): paints pictures, nothing is made by AI. Set FAL_KEY for fal.ai.")])
        case .answer(let answer):
            return Result(findings: [.problem("provider", "what answers at \(url) is no sandbox (HTTP \(answer.status)).", "Give the sandbox another port with --sandbox-port.")])
        case .none(let reason):
            if case .builtIn = settings.sandbox, !isServing {
                return Result(findings: [.information("provider", "sandbox, which starts with the server. Nothing it makes is AI; set FAL_KEY for fal.ai.")])
            }
            return Result(findings: [.problem("provider", "the sandbox at \(url) does not answer: \(reason).", "Start it with 'darkroom sandbox', or correct DARKROOM_SANDBOX_URL and --sandbox-port.")])
        }
    }
}

extension Probe.Outcome {
    fileprivate var reason: String {
        switch self {
        case .none(let reason): ": \(reason)"
        case .answer(let answer): " (HTTP \(answer.status))"
        }
    }
}
