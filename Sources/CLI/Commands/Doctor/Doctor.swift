import AsyncHTTPClient
import Core

/// Looks at everything that an installation needs. It changes nothing, asks no provider for work, and may run beside a
/// server.
struct Doctor: Sendable {
    private let settings: Settings
    private let server: ServerFile?
    private let serverState: ServerFile.State
    private let probe: Probe
    private let time: Time
    private let isForOneNodeOnly: Bool

    /// A running server may have its addresses from flags, so those that it left in the data folder count.
    init(settings given: Settings, client: HTTPClient, time: Time) {
        var settings = given
        isForOneNodeOnly = given.isForOneNodeOnly
        serverState = ServerFile.state(in: given.data)
        server = if case .running(let file) = serverState { file } else { nil }
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
        findings += ExposureCheck(settings: settings).findings()
        findings.append(await VideoCheck(time: time)())
        findings.append(.information(
            "mail", "not supported yet. Email addresses are confirmed at sign-up without an email."))
        return findings
    }

    private var settingsFinding: Finding {
        guard let first = settings.warnings.first else { return .ok("settings", "valid.") }
        let others = settings.warnings.count - 1
        return .warning(
            "settings", first,
            others > 0 ? "Correct or remove it, and \(others) more with a warning." : "Correct or remove it.")
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
                the built-in sandbox serves only its own server. Before you start a second node, run one 'darkroom \
                sandbox' and set DARKROOM_SANDBOX_URL on all nodes, or set FAL_KEY.
                """)
    }

    private var serverFinding: Finding {
        get async {
            guard case .running(let server) = serverState else { return serverState.finding(settings.data) }
            switch await probe.get(server.url + "/health/ready") {
            case .response(let response) where response.status == 200:
                return .ok("server", "ready at \(server.url) (process \(server.pid)).")
            case .response(let response):
                return .problem(
                    "server", "\(server.url) returns HTTP \(response.status): \(response.text.prefix(200)).",
                    "Check the parts in the response, and the log of the server.")
            case .none(let reason):
                return .problem(
                    "server", "process \(server.pid) is running, but \(server.url) does not respond: \(reason).",
                    "Check the log of the server, then restart it.")
            }
        }
    }
}

extension ServerFile.State {
    /// Of a folder whose server cannot be asked.
    func finding(_ folder: String) -> Finding {
        switch self {
        case .none, .running:
            .information(
                "server", "not running with this data folder. Start it with 'darkroom serve --data \(folder)'.")
        case .stale(let file):
            .information("server", """
                not running with this data folder. server.json is left over from process \(file.pid), which ended \
                without a stop; the next 'darkroom serve --data \(folder)' replaces it.
                """)
        case .unnamed(let holder):
            .warning(
                "server", "\(holder.name) holds the data folder, but its address is not in server.json.",
                "Wait until it has started. If the warning stays, check its log, then restart it.")
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
