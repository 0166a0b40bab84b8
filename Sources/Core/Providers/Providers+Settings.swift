import Crypto
import Foundation

extension Providers {
    /// Which providers there are: each makes its entry once the platform is there.
    package struct Settings: Sendable {
        package typealias Make = @Sendable (Platform) -> Entry

        package var list: [Make]

        package init(_ list: [Make] = []) {
            self.list = list
        }
    }
}

extension Providers.Settings {
    /// - Parameter userID: Our account at fal; learned from its first signed webhook where nil.
    package static func fal(_ settings: FalProvider.Settings, userID: String?) -> Make {
        { platform in
            Providers.Entry(
                FalProvider(settings, client: platform.http, time: platform.time), serves: .fal, title: "fal.ai",
                userID: userID)
        }
    }

    /// The sandbox, which speaks fal's protocol and does fal's work.
    ///
    /// - Parameters:
    ///   - url: Without a slash at its end. Its files are fetched from there.
    ///   - key: What the sandbox and its clients share; derived from the secrets where nil.
    package static func sandbox(at url: String, key: String?, webhookTimeout: Duration) -> Make {
        { platform in
            let settings = FalProvider.Settings(
                name: .sandbox, queueURL: url, keysURL: url + "/.well-known/jwks.json",
                key: key ?? platform.secrets.sandboxKey, concurrency: 100, webhookTimeout: webhookTimeout,
                firstPoll: .milliseconds(400),
                slowestPoll: .seconds(2))
            return Providers.Entry(
                FalProvider(settings, client: platform.http, time: platform.time), serves: .fal,
                title: "sandbox, not AI", isSimulated: true, trusted: Origin(url))
        }
    }
}

extension Secrets {
    /// So that no other program on this machine can submit work to the sandbox, or learn of its requests.
    package var sandboxKey: String {
        let bytes = Data(bytes(for: .webhookTokens) + Array("sandbox".utf8))
        return "sandbox:" + Hex.text(SHA256.hash(data: bytes).prefix(16))
    }
}
