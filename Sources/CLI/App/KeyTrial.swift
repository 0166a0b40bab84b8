import Core
import Logging
import ServiceLifecycle

/// Tries the keys of the paid provider and of Stripe once, beside the start, so that a mistake is in the log before
/// the first customer meets it. A start waits for nobody else's server.
struct KeyTrial: Service {
    let settings: Settings
    let probe: Probe
    let time: Time
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown { await tryKeys() }
        // A service that ends by itself would end the process.
        try await gracefulShutdown()
    }

    func tryKeys() async {
        for provider in settings.providers where provider.isPaid {
            let check = await provider.check(probe, isServing: true, time: time)
            report(check.findings, of: provider.title)
        }
        guard case .stripe(let stripe) = settings.payments else { return }
        report([await BillingCheck(settings: settings, probe: probe).key(of: stripe).finding], of: "Stripe")
    }

    /// One line at most for each key.
    private func report(_ findings: [Finding], of title: String) {
        guard !Task.isCancelled, let finding = findings.first(where: { $0.status == .problem }) else { return }
        logger.error("key check failed", metadata: [
            "service": "\(title)", "problem": "\(finding.message)", "advice": "\(finding.advice ?? "")",
        ])
    }
}
