import Core

/// The sandbox: it speaks fal's protocol, and jobs go to it while no other provider is set up.
struct SandboxSetting: ProviderSetting {
    enum Place: Sendable, Equatable {
        /// Inside the server's process, on a port of its own.
        case builtIn(port: Int)
        /// Somewhere else, such as `darkroom sandbox` in a process of its own.
        case at(String)
    }

    var place: Place
    /// What a sandbox and its clients share. A server's own sandbox has one derived from the secrets where nil.
    let key: String?
    let webhookTimeout: Duration

    let title = "sandbox"
    let isPaid = false
    let isRemote = false

    var url: String {
        switch place {
        case .builtIn(let port): "http://127.0.0.1:\(port)"
        case .at(let url): url
        }
    }

    /// Nil if it runs elsewhere.
    var builtInPort: Int? {
        guard case .builtIn(let port) = place else { return nil }
        return port
    }

    var greeting: String { "sandbox at \(url) (images are painted, not made by AI; set FAL_KEY for fal.ai)" }

    var entry: Providers.Settings.Make {
        Providers.Settings.sandbox(at: url, key: key, webhookTimeout: webhookTimeout)
    }

    /// Nil if it is off.
    init?(_ reader: inout SettingsReader, beside port: Int, webhookTimeout: Duration?) {
        key = reader.text("sandbox.key", isSecret: true)
        self.webhookTimeout = webhookTimeout ?? .seconds(5)
        let own = reader.port("sandbox.port", otherThan: port) ?? (port == 65_535 ? 65_534 : port + 1)
        let isOff = reader.flag("sandbox") == false
        if let url = reader.url("sandbox.url") {
            place = .at(url)
        } else if isOff {
            return nil
        } else {
            place = .builtIn(port: own)
        }
    }
}
