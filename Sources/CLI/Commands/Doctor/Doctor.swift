import AsyncHTTPClient
import Core

/// Looks at everything that an installation needs. It changes nothing, asks no provider for work, and may run beside a
/// server.
struct Doctor: Sendable {
    private let settings: Settings
    private let server: ServerFile?
    private let probe: Probe
    private let time: Time
    private let isForOneNodeOnly: Bool

    /// A running server may have its addresses from flags, so those that it left in the data folder count.
    init(settings given: Settings, client: HTTPClient, time: Time) {
        var settings = given
        isForOneNodeOnly = given.isForOneNodeOnly
        server = ServerFile.running(in: given.data)
        if let server {
            settings.publicURL = server.publicURL
            settings.providers = settings.providers.map { $0.asServed(by: server) }
            if case .stripeEmulator = settings.payments {
                settings.payments = server.stripeSandboxPort.map { .stripeEmulator(port: $0) } ?? .off
            }
        }
        self.settings = settings
        self.time = time
        probe = Probe(client: client)
    }

    func callAsFunction() async -> [Finding] {
        var findings = [settingsFinding]
        let folder = DataFolderCheck(folder: settings.data)
        findings += folder.findings()
        if folder.isOurs || settings.database.isShared {
            findings += await StoredDataCheck(settings: settings, time: time).findings()
        }
        findings.append(await serverFinding)
        let providers = await providerChecks
        findings += providers.flatMap(\.findings)
        if let builtIn = builtInSandboxFinding { findings.append(builtIn) }
        findings.append(ClockCheck(offset: providers.compactMap(\.clockOffset).first).finding)
        findings.append(await PublicURLCheck(settings: settings, probe: probe, isServing: server != nil)())
        findings += await BillingCheck(settings: settings, probe: probe)()
        findings.append(.information(
            "mail", "not built in yet: addresses count as confirmed at sign-up, and nobody is sent anything."))
        return findings
    }

    private var settingsFinding: Finding {
        guard let first = settings.warnings.first else { return .ok("settings", "all of them make sense.") }
        let others = settings.warnings.count - 1
        return .warning(
            "settings", first,
            others > 0 ? "Correct or remove it, and \(others) more like it." : "Correct or remove it.")
    }

    private var providerChecks: [ProviderCheck] {
        get async {
            guard !settings.providers.isEmpty else { return [.noProvider] }
            var checks: [ProviderCheck] = []
            for provider in settings.providers {
                checks.append(await provider.check(probe, isServing: server != nil, time: time))
            }
            return checks
        }
    }

    /// Each node would have another one, and know nothing of the requests to the others.
    private var builtInSandboxFinding: Finding? {
        guard isForOneNodeOnly else { return nil }
        return .information(
            "nodes", """
                the sandbox inside a server serves that server alone. Before a second node starts, run one 'darkroom \
                sandbox' for all and name it with DARKROOM_SANDBOX_URL, or set FAL_KEY.
                """)
    }

    private var serverFinding: Finding {
        get async {
            guard let server else {
                return .information("server", """
                    none is running on this data folder; 'darkroom serve --data \(settings.data)' starts one.
                    """)
            }
            switch await probe.get(server.url + "/health/ready") {
            case .response(let response) where response.status == 200:
                return .ok("server", "ready at \(server.url) (process \(server.pid)).")
            case .response(let response):
                return .problem(
                    "server", "at \(server.url) it returns \(response.status): \(response.text.prefix(200)).",
                    "Look at what its parts say, and at its log.")
            case .none(let reason):
                return .problem(
                    "server", "process \(server.pid) is there, and \(server.url) does not respond: \(reason).",
                    "Look at its log; stop and start it.")
            }
        }
    }
}

extension ProviderSetting {
    /// A running server may have got its sandbox's address from a flag.
    fileprivate func asServed(by server: ServerFile) -> any ProviderSetting {
        guard var sandbox = self as? SandboxSetting, let url = server.sandboxURL else { return self }
        sandbox.place = .at(url)
        return sandbox
    }
}
