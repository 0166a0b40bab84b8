import Core

/// A provider that is set up, as the command line sees it. `Settings.providers` lists them; all that differs from one
/// provider to another is said here, by a type of its own.
protocol ProviderSetting: Sendable {
    /// As people know it, such as `fal.ai`.
    var title: String { get }
    /// What the server says of it when it starts.
    var greeting: String { get }
    /// Whether its work costs money, so that no credits may be given away beside it.
    var isPaid: Bool { get }
    /// Whether it comes from the internet for pictures to work on, and sends its webhooks from there.
    var isRemote: Bool { get }
    /// Makes its entry in the product's list of providers.
    var entry: Providers.Settings.Make { get }

    /// Whether it can be reached and accepts our key. Costs nothing.
    func check(_ probe: Probe, isServing: Bool, time: Time) async -> ProviderCheck
}

extension Settings {
    /// The sandbox, if jobs go to it.
    var sandbox: SandboxSetting? { providers.lazy.compactMap { $0 as? SandboxSetting }.first }
}

extension SettingsReader {
    /// Those that jobs go to. All are read in any case, so that each name is known and each mistake is reported.
    mutating func providers(beside port: Int) -> [any ProviderSetting] {
        let timeout = integer("webhook.timeout.seconds", 1...3600, alias: "unanswered.seconds")
            .map { Duration.seconds($0) }
        let fal = FalSetting(&self, webhookTimeout: timeout)
        let sandbox = SandboxSetting(&self, beside: port, webhookTimeout: timeout)
        if let fal { return [fal] }
        return sandbox.map { [$0] } ?? []
    }
}
